using Bus.Persistence.Databases;
using Bus.Persistence.Jobs;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Bus.UnitTests.Persistence.Databases;

/// <summary>No SQL Server runs in the gate: its statements are parsed, not yet run.</summary>
public sealed class When_sql_server_is_spoken_to
{
    private static readonly SqlServerDialect Dialect = new(new StoreTables("[bus_inbox]", "[bus_outbox]", "[bus_outbox_ordered]", "[bus_timer]", "[bus_schedule]", new JobTables("[bus_job]", "[bus_job_run]", "[bus_job_line]", "[bus_job_step]", "[bus_job_log]", "[bus_job_pause]", "[bus_job_limit]", "[bus_lease]", "[bus_job_stat]", "[bus_job_batch]"), "[bus_lease]", "bus_inbox"));

    public static TheoryData<string> Texts =>
    [
        .. Dialect.WriteTexts,
        .. ((RowByRowJobs)Dialect.Jobs).Texts,
        .. Dialect.Jobs.Stats.Texts,
        .. typeof(StoreStatements).GetProperties().Where(property => property.PropertyType == typeof(string)).Select(property => (string)property.GetValue(Dialect.Statements)!),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Should_say_what_it_can_parse(string sql)
    {
        using var reader = new StringReader(sql);
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        Assert.True(errors.Count == 0, string.Join(Environment.NewLine, errors.Select(error => $"{error.Line}:{error.Column} {error.Message}")) + Environment.NewLine + sql);
    }
}
