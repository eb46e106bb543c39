using Bus.Contracts.Orders;
using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Journal;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public class When_an_order_is_replayed
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly OrderDetails Details = new(
        "0000-0000-0000", new OrderCustomer("kari", "Kari", "kari@example.com", null), new OrderAddress("Kari", "Storgata 1", "0155", "Oslo", "NO"), [new OrderLine("MUG", "Mug", 2, 500)], "NOK", 1_000);

    // One of every kind.
    private static readonly OrderFact[] All =
    [
        new OrderFact.Placed(Details, "tok"), new OrderFact.Charged("ch_1"), new OrderFact.Declined("No money."), new OrderFact.Voiding(), new OrderFact.GivenUp("No answer."), new OrderFact.StockCommitted(), new OrderFact.LabelCreated("L1"),
        new OrderFact.InvoiceMade("I1"), new OrderFact.WarehouseInformed(), new OrderFact.Analysed(), new OrderFact.Completed([OrderSteps.Analytics]), new OrderFact.Shipped(), new OrderFact.Cancelled("Too blue."),
        new OrderFact.WarehouseRecalled(), new OrderFact.LabelVoided(), new OrderFact.InvoiceCredited("C1"), new OrderFact.Refunded(), new OrderFact.StockReleased(), new OrderFact.Undone("Too blue."),
    ];

    [Theory]
    [InlineData("pending", "placed")]
    [InlineData("pending", "placed,voiding")]
    [InlineData("refused", "placed,voiding,given-up")]
    [InlineData("accepted", "placed,charged,stock-committed,label-created")]
    [InlineData("completed", "placed,charged,completed")]
    [InlineData("shipped", "placed,charged,completed,shipped")]
    [InlineData("refused", "placed,declined")]
    [InlineData("refused", "placed,cancelled,given-up")]
    [InlineData("undoing", "placed,charged,cancelled")]
    [InlineData("undoing", "placed,charged,completed,cancelled,warehouse-recalled")]
    [InlineData("undoing", "placed,charged,refunded")]
    [InlineData("undone", "placed,charged,refunded,stock-released,undone")]
    [InlineData("undone", "placed,charged,cancelled,completed,undone")]
    public void Should_be_where_its_facts_have_brought_it(string status, string facts) =>
        Assert.Equal(status, OrderSnapshot.Replay(facts.Split(',').Select((name, at) => new OrderEntry(All.Single(fact => fact.Name == name), Start.AddSeconds(at)))).Status);

    [Fact]
    public void Should_be_the_same_in_whatever_order_the_facts_are_read() =>
        // Of each slot at most one, as the table has it.
        Gen.Int[0, 1_000].Array[All.Length].Sample(chances =>
        {
            var entries = All.Zip(chances, (fact, chance) => (fact, chance)).Where(pair => pair.fact is OrderFact.Placed || pair.chance % 2 == 0)
                .GroupBy(pair => pair.fact.Slot).Select(slot => slot.MaxBy(pair => pair.chance)).Select(pair => new OrderEntry(pair.fact, Start.AddMilliseconds(pair.chance / 100))).ToList();
            var (one, other) = (OrderSnapshot.Replay(entries), OrderSnapshot.Replay(entries.AsEnumerable().Reverse()));
            Assert.Equal((one.Status, one.Reason, one.ChargeId, one.ChangedAt), (other.Status, other.Reason, other.ChargeId, other.ChangedAt));
            Assert.Equal(one.Entries, other.Entries);
        });

    [Fact]
    public void Should_read_every_fact_as_it_was_written() =>
        Assert.All(All, fact => Assert.Equivalent(fact, OrderFacts.Read(fact.Name, OrderFacts.Write(fact)), strict: true));

    [Fact]
    public void Should_have_a_name_and_a_slot_for_every_fact()
    {
        Assert.Equal(OrderFacts.All.Count, All.Select(fact => fact.Name).Distinct().Count());
        Assert.Equal(typeof(OrderFact).GetNestedTypes().Length, OrderFacts.All.Count);
        Assert.Equal(["charged", "declined", "voiding"], OrderFacts.All.Where(kind => kind.Slot == "payment").Select(kind => kind.Name));
        Assert.Equal(["shipped", "cancelled"], OrderFacts.All.Where(kind => kind.Slot == "outcome").Select(kind => kind.Name));
    }

    [Fact]
    public void Should_say_what_to_do_about_facts_that_it_cannot_read()
    {
        Assert.Contains("newer version", Assert.Throws<UnknownFactException>(() => OrderFacts.Read("teleported", "{}")).Message, StringComparison.Ordinal);
        Assert.Contains("rows of it are missing", Assert.Throws<ArgumentException>(() => OrderSnapshot.Replay([new OrderEntry(new OrderFact.Shipped(), Start)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_have_a_short_number_that_is_its_own()
    {
        var id = new Guid("0198a1b2-c3d4-7abc-8123-456789abcdef");
        Assert.Equal(OrderNumber.Of(id), OrderNumber.Of(id));
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$", OrderNumber.Of(id));
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(_ => OrderNumber.Of(Guid.CreateVersion7(Start))).Distinct().Count());
    }
}
