using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Bus.UnitTests.Persistence.Sagas;

public sealed class When_a_row_is_locked
{
    [Fact]
    public void Should_use_the_names_of_the_model_on_sql_server()
    {
        using var db = new ParcelContext(new DbContextOptionsBuilder().UseSqlServer("Server=nowhere").Options, "ware house");
        var sql = new SqlServerLockStatementProvider().GetRowLockStatement<Parcel>(db);
        Assert.Equal("SELECT * FROM [ware house].[parcel]]s {{1}}] WITH (UPDLOCK, ROWLOCK) WHERE [parcel id] = {0}", sql);
    }

    [Fact]
    public void Should_be_good_transact_sql()
    {
        using var db = new ParcelContext(new DbContextOptionsBuilder().UseSqlServer("Server=nowhere").Options, null);
        foreach (var provider in new[] { new SqlServerLockStatementProvider(), new("stock"), new(serializable: true) })
        {
            string[] statements = [provider.GetRowLockStatement<Parcel>(db), provider.GetRowLockStatement<Parcel>(db, "CorrelationId", "Weight")];
            foreach (var statement in statements)
            {
                using var reader = new StringReader(string.Format(statement, "@p0", "@p1"));
                new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
                Assert.Empty(errors.Select(error => $"{statement}: {error.Message}"));
            }
        }
    }

    [Fact]
    public void Should_lock_for_update_on_postgres()
    {
        using var db = new ParcelContext(new DbContextOptionsBuilder().UseNpgsql("Host=nowhere").Options, null);
        Assert.Equal(
            "SELECT *, xmin FROM \"Stock\".\"parcel]s {{1}}\" WHERE \"parcel id\" = {0} FOR UPDATE",
            new PostgresLockStatementProvider("Stock").GetRowLockStatement<Parcel>(db));
    }

    [Fact]
    public void Should_only_read_on_sqlite()
    {
        using var db = new ParcelContext(new DbContextOptionsBuilder().UseSqlite("Data Source=nowhere").Options, null);
        Assert.Equal(
            "SELECT * FROM \"parcel]s {{1}}\" WHERE \"parcel id\" = {0} AND \"Weight\" = {1}",
            new SqliteLockStatementProvider("stock").GetRowLockStatement<Parcel>(db, "CorrelationId", "Weight"));
    }

    [Fact]
    public void Should_say_what_is_not_mapped()
    {
        using var db = new ParcelContext(new DbContextOptionsBuilder().UseSqlite("Data Source=nowhere").Options, null);
        var error = Assert.Throws<InvalidOperationException>(() => new SqliteLockStatementProvider().GetRowLockStatement<string>(db));
        Assert.Contains("SagaClassMap", error.Message, StringComparison.Ordinal);
    }

    private sealed class Parcel : ISaga
    {
        public Guid CorrelationId { get; set; }

        public int Weight { get; set; }
    }

    private sealed class ParcelMap(string? schema) : SagaClassMap<Parcel>
    {
        protected override void Configure(Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<Parcel> entity, ModelBuilder model)
        {
            entity.ToTable("parcel]s {1}", schema);
            entity.Property(parcel => parcel.CorrelationId).HasColumnName("parcel id");
        }
    }

    private sealed class ParcelContext(DbContextOptions options, string? schema) : SagaDbContext(options)
    {
        protected override IEnumerable<ISagaClassMap> Configurations => [new ParcelMap(schema)];

        // One model a schema, not one a context type.
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.EnableServiceProviderCaching(false);
    }
}
