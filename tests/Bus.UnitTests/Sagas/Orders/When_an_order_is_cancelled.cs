using Bus.Contracts.Orders;
using Bus.Sagas.Orders;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

public sealed class When_an_order_is_cancelled
{
    public static TheoryData<string> Undoing =>
        [nameof(OrderSaga.Recalling), nameof(OrderSaga.Voiding), nameof(OrderSaga.Crediting), nameof(OrderSaga.Refunding), nameof(OrderSaga.Releasing), nameof(OrderSaga.Undone)];

    [Fact]
    public async Task Should_remember_it_though_it_is_the_first_that_is_heard_of_the_order()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.CancelAsync();
        await run.SubmitAsync();
        await run.InStateAsync(nameof(OrderSaga.Charging));
        Assert.Equal(1, await run.WaitingTimersAsync());
        await run.ChargeAsync();

        await Should_give_back_only_what_was_taken(run);
    }

    [Fact]
    public async Task Should_give_the_money_back_as_soon_as_it_is_known_to_be_taken()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.SubmitAsync();
        await run.CancelAsync();
        await run.CancelAsync();
        Assert.Empty(run.Undoing());
        await run.ChargeAsync();

        await Should_give_back_only_what_was_taken(run);
    }

    [Fact]
    public async Task Should_give_nothing_back_when_it_is_declined_after_all()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SubmitAsync();
        await run.CancelAsync();

        await run.SayAsync(new OrderRefused(run.Id, "The card has expired."));

        await run.InStateAsync(nameof(OrderSaga.Refused));
        Assert.Empty(run.Published<object>());
        Assert.Equal(0, await run.WaitingTimersAsync());
    }

    [Fact]
    public async Task Should_wait_for_the_branches_that_run_and_undo_them()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.Label);

        await run.CancelAsync();
        await run.InStateAsync(nameof(OrderSaga.Stopping));
        await run.CancelAsync();
        await run.FailAsync(OrderSteps.Stock);
        await run.FinishAsync([OrderSteps.Invoice, OrderSteps.Analytics, OrderSteps.Warehouse]);
        await run.UndoAsync();

        Assert.Equal(OrderSagaRun.UndoingInOrder, run.Undoing());
        Assert.Equal(new OrderUndone(run.Id, "Changed my mind."), Assert.Single(run.Published<OrderUndone>()));
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_undo_at_once_when_only_branches_run_that_leave_nothing_to_undo()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.Required);

        await run.CancelAsync();

        await run.InStateAsync(nameof(OrderSaga.Recalling));
        await run.FinishAsync([OrderSteps.Analytics, OrderSteps.Confirmation]);
        await run.UndoAsync();
        Assert.Empty(run.Published<OrderCompleted>());
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_undo_a_completed_one()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.CompleteAsync();

        await run.CancelAsync();
        await run.UndoAsync();

        Assert.Equal(OrderSagaRun.UndoingInOrder, run.Undoing());
        Assert.Equal(new OrderUndone(run.Id, "Changed my mind."), Assert.Single(run.Published<OrderUndone>()));
    }

    [Theory]
    [MemberData(nameof(Undoing))]
    public async Task Should_change_nothing_where_it_is_undone_already(string state)
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.Required.Skip(1));
        await run.SayAsync(new OrderStepRefused(run.Id, OrderSteps.Stock, "It was broken."));
        await run.UndoAsync(until: state);
        var said = run.Published<object>().Count;

        await run.CancelAsync();

        Assert.Equal("It was broken.", (await run.InStateAsync(state)).Reason);
        Assert.Equal(said, run.Published<object>().Count);
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_not_bring_back_a_parcel_that_has_left()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.CompleteAsync();
        await run.SayAsync(new OrderShipped(run.Id));

        await run.CancelAsync();

        await run.InStateAsync(nameof(OrderSaga.Shipped));
        Assert.Empty(run.Undoing());
    }

    [Fact]
    public async Task Should_change_nothing_of_a_refused_one()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SayAsync(new OrderRefused(run.Id, "no"));

        await run.CancelAsync();

        Assert.Equal("no", (await run.InStateAsync(nameof(OrderSaga.Refused))).Reason);
        Assert.Empty(run.Failures());
    }

    // No branch had begun: there is nothing at the warehouse, the carrier or in the books.
    private static async Task Should_give_back_only_what_was_taken(OrderSagaRun run)
    {
        await run.InStateAsync(nameof(OrderSaga.Refunding));
        await run.UndoAsync();
        Assert.Equal([typeof(RefundPayment), typeof(ReleaseStock)], run.Undoing());
        Assert.Empty(run.Published<CommitStock>());
        Assert.Equal(new OrderUndone(run.Id, "Changed my mind."), Assert.Single(run.Published<OrderUndone>()));
        Assert.Equal(0, await run.WaitingTimersAsync());
        Assert.Empty(run.Failures());
    }
}
