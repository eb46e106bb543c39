using Bus.Contracts.Orders;
using Bus.Sagas.Orders;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

public sealed class When_the_undoing_of_an_order_fails
{
    public static TheoryData<string> Undoing =>
        [nameof(OrderSaga.Recalling), nameof(OrderSaga.Voiding), nameof(OrderSaga.Crediting), nameof(OrderSaga.Refunding), nameof(OrderSaga.Releasing)];

    [Theory]
    [MemberData(nameof(Undoing))]
    public async Task Should_stand_still_and_say_why_until_somebody_takes_it_up(string state)
    {
        await using var run = await OrderSagaRun.StartAsync();
        await run.CompleteAsync();
        await run.CancelAsync();
        await run.UndoAsync(until: state);

        await run.FaultUndoAsync(state);
        Assert.EndsWith("The disk is full.", (await run.InStateAsync(state)).Stuck, StringComparison.Ordinal);
        await run.FaultUndoAsync(state);
        await run.InStateAsync(state);
        await run.UndoAsync();

        Assert.Null((await run.StateAsync()).Stuck);
        Assert.Equal(OrderSagaRun.UndoingInOrder, run.Undoing());
        Assert.Single(run.Published<OrderUndone>());
        Assert.Empty(run.Failures());
    }
}
