using Bus.Host.Schema;
using Xunit;

namespace Bus.UnitTests.Host;

public class When_a_schema_is_brought_up
{
    private static readonly SchemaScript First = new(1, "0001_initial.sql", "CREATE TABLE a (id INT)");
    private static readonly SchemaScript Second = new(2, "0002_more.sql", "CREATE TABLE b (id INT)");

    [Fact]
    public void Should_apply_everything_to_an_empty_database() =>
        Assert.Equal([First, Second], SchemaMigrator.Missing([First, Second], new Dictionary<int, string>()));

    [Fact]
    public void Should_apply_only_what_is_missing() =>
        Assert.Equal([Second], SchemaMigrator.Missing([First, Second], new Dictionary<int, string> { [1] = First.Checksum }));

    [Fact]
    public void Should_refuse_a_store_that_is_newer_than_the_program()
    {
        var error = Assert.Throws<SchemaException>(() => SchemaMigrator.Missing([First], new Dictionary<int, string> { [1] = First.Checksum, [2] = "?" }));
        Assert.Equal("The database's schema has version 2, and this program knows versions up to 1. Start a newer program, or use another database.", error.Message);
    }

    [Fact]
    public void Should_refuse_a_store_that_other_scripts_made()
    {
        var error = Assert.Throws<SchemaException>(() => SchemaMigrator.Missing([First], new Dictionary<int, string> { [1] = "other" }));
        Assert.Contains("another 0001_initial.sql", error.Message, StringComparison.Ordinal);
    }
}
