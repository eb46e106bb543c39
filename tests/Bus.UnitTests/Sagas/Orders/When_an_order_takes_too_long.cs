using Bus.Contracts.Orders;
using Bus.Sagas.Orders;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

public sealed class When_an_order_takes_too_long
{
    private static readonly TimeSpan SettleAfter = new OrderPlan().SettleAfter;
    private static readonly TimeSpan FulfilWithin = new OrderPlan().FulfilWithin;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Should_have_the_charge_settled_when_nobody_has_heard_of_it()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SubmitAsync();

        await run.AdvanceAsync(SettleAfter - Moment);
        Assert.Empty(run.Published<SettlePayment>());
        await run.AdvanceAsync(Moment);
        Assert.Equal(new SettlePayment(run.Id), Assert.Single(run.Published<SettlePayment>()));
        await run.AdvanceAsync(SettleAfter * 10);
        Assert.Single(run.Published<SettlePayment>());

        await run.ChargeAsync();
        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
    }

    [Fact]
    public async Task Should_have_it_settled_again_when_the_settling_failed_for_good()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SubmitAsync();
        await run.AdvanceAsync(SettleAfter);

        await run.FaultAsync(new SettlePayment(run.Id), "The gateway is silent.");
        Assert.EndsWith("The gateway is silent.", (await run.InStateAsync(nameof(OrderSaga.Charging))).Stuck, StringComparison.Ordinal);
        await run.AdvanceAsync(SettleAfter);
        Assert.Equal(2, run.Published<SettlePayment>().Count);
        await run.ChargeAsync();

        Assert.Null((await run.InStateAsync(nameof(OrderSaga.Fulfilling))).Stuck);
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_not_have_settled_what_was_charged_in_time()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        Assert.Equal(1, await run.WaitingTimersAsync());

        await run.AdvanceAsync(SettleAfter * 2);

        Assert.Empty(run.Published<SettlePayment>());
    }

    [Fact]
    public async Task Should_undo_it_when_a_branch_that_it_needs_says_nothing_in_time()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.All.Where(x => x != OrderSteps.Label));

        await run.AdvanceAsync(FulfilWithin - Moment);
        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
        await run.AdvanceAsync(Moment);
        var order = await run.InStateAsync(nameof(OrderSaga.Stopping));
        Assert.Equal(("The order could not be fulfilled in time.", "no word in time of: label"), (order.Reason, order.Error));
        Assert.Equal("waits for: label", order.Stuck);
        await run.FinishAsync(OrderSteps.Label);
        Assert.Null((await run.InStateAsync(nameof(OrderSaga.Recalling))).Stuck);
        await run.UndoAsync();

        Assert.Equal(OrderSagaRun.UndoingInOrder, run.Undoing());
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_complete_without_what_it_does_not_need()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.Required);

        await run.AdvanceAsync(FulfilWithin);

        await run.InStateAsync(nameof(OrderSaga.Completed));
        Assert.Equivalent(new[] { OrderSteps.Confirmation, OrderSteps.Analytics }, Assert.Single(run.Published<OrderCompleted>()).Without);
        await run.FinishAsync([OrderSteps.Confirmation, OrderSteps.Analytics]);
        Assert.Single(run.Published<OrderCompleted>());
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_take_the_deadline_away_when_it_is_completed_in_time()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.CompleteAsync();

        Assert.Equal(0, await run.WaitingTimersAsync());
        await run.AdvanceAsync(FulfilWithin);
        await run.InStateAsync(nameof(OrderSaga.Completed));
    }
}
