using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using Bus.Sagas.Orders;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

public sealed class When_a_branch_of_an_order_fails
{
    public static TheoryData<string> Required => new(OrderSteps.Required);

    public static TheoryData<string> Spare => new(OrderSteps.All.Except(OrderSteps.Required));

    [Theory]
    [MemberData(nameof(Required))]
    public async Task Should_wait_for_what_else_is_to_be_undone_when_it_cannot_do_without(string step)
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.SayAsync(new OrderStepRefused(run.Id, step, "Not to this address."));

        Assert.Equal("Not to this address.", (await run.InStateAsync(nameof(OrderSaga.Stopping))).Reason);
        Assert.Empty(run.Undoing());
        var others = OrderSteps.Required.Where(x => x != step).ToList();
        await run.FinishAsync(others.SkipLast(1));
        await run.InStateAsync(nameof(OrderSaga.Stopping));
        await run.FinishAsync(others[^1]);
        await run.InStateAsync(nameof(OrderSaga.Recalling));
        await Should_undo_everything_in_reverse(run, "Not to this address.");
    }

    [Theory]
    [MemberData(nameof(Required))]
    public async Task Should_undo_at_once_when_all_else_has_ended(string step)
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.All.Where(x => x != step));

        await run.FailAsync(step);

        var order = await run.InStateAsync(nameof(OrderSaga.Recalling));
        Assert.Equal(step, Assert.Single(order.Failed));
        Assert.EndsWith("its retries are used up: The disk is full.", order.Error, StringComparison.Ordinal);
        await Should_undo_everything_in_reverse(run, $"The step {step} failed.");
    }

    [Fact]
    public async Task Should_undo_when_all_fail_and_give_the_first_reason()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        foreach (var step in OrderSteps.All.Reverse())
        {
            await run.FailAsync(step);
        }

        await run.InStateAsync(nameof(OrderSaga.Recalling));
        await Should_undo_everything_in_reverse(run, "The step warehouse failed.");
    }

    [Theory]
    [MemberData(nameof(Spare))]
    public async Task Should_complete_without_it_when_it_can(string step)
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.FailAsync(step);
        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
        await run.FinishAsync(OrderSteps.All.Where(x => x != step));

        Assert.Null((await run.InStateAsync(nameof(OrderSaga.Completed))).Reason);
        Assert.Equal([step], Assert.Single(run.Published<OrderCompleted>()).Without);
    }

    [Fact]
    public async Task Should_complete_without_a_confirmation_that_is_rejected_and_analytics_that_refuse()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.Required);

        await run.SayAsync(new OrderStepRefused(run.Id, OrderSteps.Analytics, "Not our market."));
        await run.SayAsync(new NotificationRejected(run.ConfirmationId, "order-confirmation", run.Id, "There is no such template."));

        await run.InStateAsync(nameof(OrderSaga.Completed));
        Assert.Equal([OrderSteps.Analytics, OrderSteps.Confirmation], Assert.Single(run.Published<OrderCompleted>()).Without);
    }

    [Fact]
    public async Task Should_not_go_without_one_that_was_taken_up_meanwhile()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.FailAsync(OrderSteps.Confirmation);
        await run.FinishAsync(OrderSteps.All);

        Assert.Empty(Assert.Single(run.Published<OrderCompleted>()).Without);
    }

    [Fact]
    public async Task Should_not_be_touched_by_what_other_subscribers_make_of_its_events()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.FaultAsync(new OrderAccepted(run.Id, OrderSagaRun.Order), from: "somebody-s-ledger");
        await run.FaultAsync(new OrderPlaced(run.Id), from: "somebody-s-ledger");

        Assert.Empty((await run.InStateAsync(nameof(OrderSaga.Fulfilling))).Failed);
    }

    [Fact]
    public async Task Should_know_its_own_queue_behind_a_prefix()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.FaultAsync(new OrderAccepted(run.Id, OrderSagaRun.Order), from: "acme-" + OrderQueues.Warehouse);

        await run.InStateAsync(nameof(OrderSaga.Stopping));
    }

    [Fact]
    public async Task Should_not_take_another_notification_about_it_for_its_confirmation()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.All.Where(x => x != OrderSteps.Confirmation));

        await run.SayAsync(new NotificationAccepted(Guid.NewGuid(), "order-delayed", run.Id, 1));
        await run.SayAsync(new NotificationRejected(Guid.NewGuid(), "order-delayed", run.Id, "no"));

        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
    }

    [Fact]
    public async Task Should_not_accept_a_step_that_there_is_not()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.SayAsync(new OrderStepRefused(run.Id, "gift-wrap", "no paper"));

        Assert.Contains("no step `gift-wrap`", run.Failures()[0].InnerException!.Message, StringComparison.Ordinal);
        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
    }

    private static async Task Should_undo_everything_in_reverse(OrderSagaRun run, string reason)
    {
        await run.UndoAsync();

        Assert.Equal(OrderSagaRun.UndoingInOrder, run.Undoing());
        Assert.Equal(new OrderUndone(run.Id, reason), Assert.Single(run.Published<OrderUndone>()));
        Assert.Equal(reason, Assert.Single(run.Published<SendNotification>(), x => x.Template == "order-undone").Data["reason"]);
        Assert.Empty(run.Published<OrderCompleted>());
        Assert.Equal(0, await run.WaitingTimersAsync());
        Assert.Empty(run.Failures());
    }
}
