using System.Text;
using Bus.Persistence;
using Bus.Persistence.DeadLetters;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.UnitTests.Persistence.DeadLetters;

public sealed class When_letters_are_searched_by_a_field
{
    private static readonly LetterFields Fields = Of("OrderId", "Customer.Email", "Customer.Id", "Tags", "Rush");

    [Theory]
    [InlineData("""{"messageId":"1","message":{"orderId":42,"customer":{"email":"ada@x.org","id":7}},"messageType":["urn:message:Order"]}""")]
    [InlineData("""{"messageType":["urn:message:Order"],"message":{"orderId":42,"customer":{"email":"ada@x.org","id":7}}}""")]
    [InlineData("""{"OrderId":42,"Customer":{"Email":"ada@x.org","Id":7},"Other":{"OrderId":1}}""")]
    [InlineData("""{"message":"of the customer","orderId":42,"customer":{"email":"ada@x.org","id":7}}""")]
    public void Should_find_it_in_an_envelope_and_in_a_message_by_itself(string body) =>
        Assert.Equal(["customer.email=ada@x.org", "customer.id=7", "orderid=42"], Found(body));

    [Fact]
    public void Should_look_into_the_arguments_of_a_job_as_they_are() =>
        Assert.Equal(["orderid=1"], Found("""{"messageType":["no"],"message":{"orderId":2},"orderId":1}""", isJob: true));

    [Fact]
    public void Should_take_values_of_lists_but_not_too_many_or_too_long()
    {
        Assert.Equal(["rush=true", "tags=1.50", "tags=a", "tags=false"], Found("""{"tags":["a","a",1.50,false,null,{"tags":"no"},["no"]],"rush":true}"""));
        Assert.Equal(LetterFields.MostValues, Found($$"""{"tags":[{{string.Join(',', Enumerable.Range(0, 1_000))}}]}""").Count);
        Assert.Equal([$"orderid={new string('x', LetterFields.Longest)}"], Found($$"""{"orderId":"{{new string('x', LetterFields.Longest)}}","rush":"{{new string('x', LetterFields.Longest + 1)}}"}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[{\"orderId\":1}]")]
    [InlineData("{\"orderId\":1")]
    [InlineData("{\"orderId\":\"\\ud800\"}")]
    [InlineData("{\"orderId\":\"a\\u0000b\"}")]
    [InlineData("{\"orderId\":null,\"customer\":[],\"tags\":{}}")]
    public void Should_find_nothing_where_there_is_nothing(string body) => Assert.Empty(Found(body));

    [Fact]
    public void Should_find_nothing_in_bytes_that_are_no_text()
    {
        Assert.Empty(Fields.Of([0x83, 0xA7, 0xFF, 0x00], isJob: false));
        Assert.Equal(["orderid=1"], Texts(Fields.Of([0xEF, 0xBB, 0xBF, .. "{\"orderId\":1}"u8], isJob: false)));
        Assert.Empty(Of().Of("{\"orderId\":1}"u8, isJob: false));
    }

    [Fact]
    public void Should_refuse_what_is_not_declared_and_what_cannot_be()
    {
        Assert.Equal(new DeadLetterField("customer.email", "Ada"), Fields.Require(new DeadLetterField("CUSTOMER.EMAIL", "Ada")));
        Assert.Contains("declared are customer.email", Assert.Throws<DeadLetterException>(() => Fields.Require(new DeadLetterField("Customer", "Ada"))).Message, StringComparison.Ordinal);
        Assert.Contains("none is declared", Assert.Throws<DeadLetterException>(() => Of().Require(new DeadLetterField("Customer", "Ada"))).Message, StringComparison.Ordinal);
        Assert.Throws<DeadLetterException>(() => Fields.Require(new DeadLetterField("OrderId", new string('x', 201))));
        Assert.Equal(5, LetterFields.Errors(["", "a..b", "a:b", "a,b", new string('x', 201), "a.b"]).Count());
        Assert.Equal(Fields.Names.Order(StringComparer.Ordinal), LetterFields.Parse(Fields.Text).Names.Order(StringComparer.Ordinal));
        Assert.Single(LetterFields.Errors([.. Enumerable.Range(0, 33).Select(number => $"f{number}")]));
        Assert.Equal(["OrderId", "Total"], new DeadLetterOptions().SearchField("OrderId").SearchField("orderid").SearchField("Total").SearchFields);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Should_go_along_the_index_and_sort_nothing(bool newestFirst)
    {
        using var db = new LetterDb();
        db.Database.OpenConnection();
        db.Database.EnsureCreated();
        var query = new DeadLetterQuery { State = DeadLetterState.Open, Field = new DeadLetterField("orderid", "42") };
        var letters = db.Set<DeadLetterRow>().AsNoTracking().InOrder(db.Set<DeadLetterFieldRow>(), query, Guid.NewGuid(), newestFirst).Select(row => row.Id).Take(100);
        using var command = letters.CreateDbCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        List<string> plan = [];
        using var reader = command.ExecuteReader();
        while (reader.Read())
            plan.Add(reader.GetString(3));
        Assert.Equal(2, plan.Count);
        Assert.Contains("(name=? AND value=? AND letter_id", plan[0], StringComparison.Ordinal);
        Assert.Contains("id=?)", plan[1], StringComparison.Ordinal);
    }

    private static LetterFields Of(params string[] paths) => new(new DeadLetterOptions { SearchFields = paths });

    private static List<string> Found(string body, bool isJob = false) => Texts(Fields.Of(Encoding.UTF8.GetBytes(body), isJob));

    private static List<string> Texts(IEnumerable<DeadLetterField> fields) => [.. fields.Select(field => $"{field.Name}={field.Value}").Order(StringComparer.Ordinal)];

    private sealed class LetterDb : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseSqlite("Data Source=:memory:");

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddDeadLetterEntities();
    }
}
