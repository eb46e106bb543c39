using Bus.Host.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Bus.UnitTests.Host;

public class When_the_schema_is_scripted
{
    public static TheoryData<string> Databases => new("sqlite", "postgres", "sqlserver");

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_create_what_the_code_maps(string database)
    {
        await using var context = new HostDbContext(Options(database));

        var script = $"-- {database}: the tables of Bus.Host. Generated from the code; a released script never changes, a change is a new script.\n"
            + context.Database.GenerateCreateScript().ReplaceLineEndings("\n").TrimEnd() + "\n";

        await Approved.MatchAsync($"deploy/migrations/{database}/0001_initial.sql", script);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_carry_the_script_in_the_program(string database)
    {
        var carried = SchemaScript.Of(database);

        Assert.Equal([1], carried.Select(x => x.Version));
        Assert.Equal(await File.ReadAllTextAsync(Approved.Path($"deploy/migrations/{database}/0001_initial.sql")), carried[0].Text);
    }

    [Fact]
    public void Should_be_understood_by_sql_server_in_every_batch()
    {
        var parser = new TSql160Parser(initialQuotedIdentifiers: true);
        var batches = SchemaScript.Of("sqlserver")[0].Batches.ToList();

        Assert.NotEmpty(batches);
        Assert.All(batches, batch =>
        {
            parser.Parse(new StringReader(batch), out var errors);
            Assert.Empty(errors.Select(x => $"{x.Message} in: {batch}"));
            Assert.DoesNotContain("\nGO", batch, StringComparison.Ordinal);
        });
    }

    private static DbContextOptions<HostDbContext> Options(string database)
    {
        var options = new DbContextOptionsBuilder<HostDbContext>();
        return (database switch
        {
            "sqlite" => options.UseSqlite("Data Source=unused"),
            "postgres" => options.UseNpgsql("Host=unused"),
            _ => options.UseSqlServer("Server=unused"),
        }).Options;
    }
}
