using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using Bus.Sagas.Orders;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

public sealed class When_an_order_is_placed
{
    [Fact]
    public async Task Should_wait_for_the_charge_and_begin_nothing()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.SubmitAsync();

        await run.InStateAsync(nameof(OrderSaga.Charging));
        Assert.Empty(run.Published<object>());
    }

    [Fact]
    public async Task Should_begin_all_branches_at_once_when_it_is_charged()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.AcceptAsync();

        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
        Assert.Equal(new CommitStock(run.Id), Assert.Single(run.Published<CommitStock>()));
        Assert.Equal(new CreateShippingLabel(run.Id, OrderSagaRun.Order.Address), Assert.Single(run.Published<CreateShippingLabel>()));
        Assert.Equal(new MakeInvoice(run.Id), Assert.Single(run.Published<MakeInvoice>()));
        Assert.Equal(new OrderPlaced(run.Id), Assert.Single(run.Published<OrderPlaced>()));
        Assert.Equivalent(new OrderAccepted(run.Id, OrderSagaRun.Order), Assert.Single(run.Published<OrderAccepted>()));
        Assert.Equal(6, run.Published<object>().Count);
    }

    [Fact]
    public async Task Should_tell_the_customer_what_was_ordered()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.AcceptAsync();

        var notice = Assert.Single(run.Published<SendNotification>());
        Assert.Equal(("order-confirmation", run.Id), (notice.Template, notice.Subject));
        Assert.Equal(new NotificationRecipient("ada", "Ada", "ada@example.org"), Assert.Single(notice.Recipients));
        Assert.Equal("A-1001", notice.Data["number"]);
        Assert.Equal("21.99 GBP", notice.Data["total"]);
        Assert.Equal("2 × Tea\n1 × Cup", notice.Data["items"]);
    }

    [Fact]
    public async Task Should_complete_it_when_every_branch_has_ended_well()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.FinishAsync(OrderSteps.All.Reverse().SkipLast(1));
        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
        Assert.Empty(run.Published<OrderCompleted>());
        await run.FinishAsync(OrderSteps.Stock);

        var order = await run.InStateAsync(nameof(OrderSaga.Completed));
        Assert.Empty(Assert.Single(run.Published<OrderCompleted>()).Without);
        Assert.Equivalent(OrderSteps.All, order.Done);
        Assert.NotNull(order.EndedAt);
        Assert.Empty(run.Undoing());
    }

    [Fact]
    public async Task Should_end_when_the_parcel_has_left()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.CompleteAsync();

        await run.SayAsync(new OrderShipped(run.Id));

        await run.InStateAsync(nameof(OrderSaga.Shipped));
        Assert.Equal(0, await run.WaitingTimersAsync());
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_begin_with_the_charge_when_it_is_heard_of_first()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.ChargeAsync();
        await run.SubmitAsync();

        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
        Assert.Single(run.Published<CommitStock>());
        Assert.Empty(run.Failures());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_end_refused_when_it_is_declined_whatever_is_heard_of_first(bool submittedFirst)
    {
        await using var run = await OrderSagaRun.StartAsync();
        var declined = new OrderRefused(run.Id, "The card has expired.");

        await (submittedFirst ? run.SubmitAsync() : run.SayAsync(declined));
        await (submittedFirst ? run.SayAsync(declined) : run.SubmitAsync());

        Assert.Equal("The card has expired.", (await run.InStateAsync(nameof(OrderSaga.Refused))).Reason);
        Assert.Empty(run.Published<object>());
        Assert.Equal(0, await run.WaitingTimersAsync());
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_tell_who_was_not_answered_in_time_that_it_is_not_paid_for()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SubmitAsync();
        await run.SayAsync(new OrderChargeOverdue(run.Id));
        Assert.Empty(run.Published<SendNotification>());

        await run.SayAsync(new OrderRefused(run.Id, "The card has expired."));

        await run.InStateAsync(nameof(OrderSaga.Refused));
        var notice = Assert.Single(run.Published<SendNotification>());
        Assert.Equal(("order-refused", run.Id, "The card has expired."), (notice.Template, notice.Subject, notice.Data["reason"]));
        await run.SayAsync(new NotificationAccepted(notice.NotificationId, notice.Template, run.Id, 1));
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_not_tell_who_has_cancelled_that_it_is_not_paid_for()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SubmitAsync();
        await run.SayAsync(new OrderChargeOverdue(run.Id));
        await run.SayAsync(new OrderCancelled(run.Id, "I think better of it."));

        await run.SayAsync(new OrderRefused(run.Id, "Nothing was charged."));

        await run.InStateAsync(nameof(OrderSaga.Refused));
        Assert.Empty(run.Published<SendNotification>());
        Assert.Empty(run.Failures());
    }

    [Theory]
    [InlineData(199, "EUR", "1.99 EUR")]
    [InlineData(5, "USD", "0.05 USD")]
    [InlineData(1234, "JPY", "1234 JPY")]
    [InlineData(1234, "KWD", "1.234 KWD")]
    public async Task Should_write_the_total_as_its_currency_is_written(long total, string currency, string text)
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.SayAsync(new OrderCharged(run.Id, OrderSagaRun.Order with { Total = total, Currency = currency }));

        Assert.Equal(text, Assert.Single(run.Published<SendNotification>()).Data["total"]);
    }
}
