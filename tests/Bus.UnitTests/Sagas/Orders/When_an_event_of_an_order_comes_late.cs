using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using Bus.Sagas.Orders;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

public sealed class When_an_event_of_an_order_comes_late
{
    [Theory]
    [InlineData(nameof(OrderSaga.Completed))]
    [InlineData(nameof(OrderSaga.Shipped))]
    [InlineData(nameof(OrderSaga.Undone))]
    public async Task Should_ignore_all_that_was_said_before(string end)
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.CompleteAsync();
        if (end == nameof(OrderSaga.Shipped))
        {
            await run.SayAsync(new OrderShipped(run.Id));
        }

        if (end == nameof(OrderSaga.Undone))
        {
            await run.CancelAsync();
            await run.UndoAsync();
            foreach (var state in When_the_undoing_of_an_order_fails.Undoing.Select(x => x.Data))
            {
                await run.AnswerUndoAsync(state);
                await run.FaultUndoAsync(state);
            }
        }

        var said = run.Published<object>().Count;
        await run.AcceptAsync();
        await run.FaultAsync(new SettlePayment(run.Id));
        await run.SayAsync(new OrderChargeOverdue(run.Id));
        await run.SayAsync(new OrderFulfilmentOverdue(run.Id));
        await run.SayAsync(new OrderStepRefused(run.Id, OrderSteps.Stock, "late"));
        await run.SayAsync(new NotificationRejected(run.ConfirmationId, "order-confirmation", run.Id, "late"));
        foreach (var step in OrderSteps.All)
        {
            await run.FinishAsync(step);
            await run.FailAsync(step);
        }

        await run.InStateAsync(end);
        Assert.Equal(said, run.Published<object>().Count);
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_ignore_all_that_was_said_before_once_refused()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SayAsync(new OrderRefused(run.Id, "no"));

        await run.SayAsync(new OrderRefused(run.Id, "no"));
        await run.SubmitAsync();
        await run.FaultAsync(new SettlePayment(run.Id));
        await run.SayAsync(new OrderChargeOverdue(run.Id));

        await run.InStateAsync(nameof(OrderSaga.Refused));
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_not_do_twice_what_is_said_twice()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.SubmitAsync();
        await run.AcceptAsync();
        await run.ChargeAsync();
        foreach (var step in OrderSteps.All.SkipLast(1))
        {
            await run.FinishAsync(step);
            await run.FinishAsync(step);
        }

        Assert.Equal(6, run.Published<object>().Count);
        await run.FinishAsync(OrderSteps.All[^1]);
        Assert.Single(run.Published<OrderCompleted>());
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_not_begin_to_undo_for_the_fault_of_a_branch_that_was_done()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();
        await run.FinishAsync(OrderSteps.Label);

        await run.FailAsync(OrderSteps.Label);

        Assert.Null((await run.InStateAsync(nameof(OrderSaga.Fulfilling))).Reason);
    }

    [Fact]
    public async Task Should_not_swallow_an_answer_without_its_order()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.SayAsync(new StockCommitted(run.Id));

        Assert.IsType<SagaException>(run.Failures()[^1], exactMatch: false);
    }

    [Fact]
    public async Task Should_not_mind_notifications_about_something_else()
    {
        await using var run = await OrderSagaRun.StartAsync();

        await run.SayAsync(new NotificationAccepted(Guid.NewGuid(), "image-ready", Guid.NewGuid(), 1));
        await run.SayAsync(new NotificationAccepted(Guid.NewGuid(), "news", null, 1000));
        await run.SayAsync(new NotificationRejected(Guid.NewGuid(), "news", null, "no"));
        await run.FaultAsync(new SendNotification(Guid.NewGuid(), "news", null, [], new Dictionary<string, string>(StringComparer.Ordinal)));

        Assert.Null(await run.FindAsync());
        Assert.Empty(run.Failures());
    }

    [Fact]
    public async Task Should_say_that_a_parcel_has_left_before_its_time()
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.AcceptAsync();

        await run.SayAsync(new OrderShipped(run.Id));

        Assert.IsType<NotAcceptedStateMachineException>(run.Failures()[^1]);
        await run.InStateAsync(nameof(OrderSaga.Fulfilling));
    }
}
