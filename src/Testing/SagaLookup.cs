using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Testing;

/// <summary>Reads sagas from wherever they are stored.</summary>
internal static class SagaLookup
{
    public static async Task<TSaga?> FindAsync<TSaga>(IServiceProvider services, Guid id)
        where TSaga : class, ISaga
    {
        await using var scope = services.CreateAsyncScope();
        var repository = scope.ServiceProvider.GetService<ILoadSagaRepository<TSaga>>()
            ?? throw new InvalidOperationException($"No saga {typeof(TSaga).Name} is registered. Call `AddSagaStateMachine<…, {typeof(TSaga).Name}>()` on `Registration`.");
        return await repository.Load(id);
    }

    public static async Task<TSaga> InStateAsync<TSaga>(IServiceProvider services, Guid id, string state)
        where TSaga : class, SagaStateMachineInstance
    {
        var saga = await FindAsync<TSaga>(services, id)
            ?? throw new SagaStateException($"There is no {typeof(TSaga).Name} with the id {id}; it never began, or it was completed and removed.");
        var machine = services.GetRequiredService<SagaStateMachine<TSaga>>();
        var actual = machine.Accessor.GetStateExpression(machine.GetState(state)).Compile();
        return actual(saga) ? saga : throw new SagaStateException($"{typeof(TSaga).Name} {id} must be in state {state}, but is in {StateOf(machine, saga)}.");
    }

    private static string StateOf<TSaga>(SagaStateMachine<TSaga> machine, TSaga saga)
        where TSaga : class, SagaStateMachineInstance =>
        machine.States.FirstOrDefault(state => machine.Accessor.GetStateExpression(machine.GetState(state.Name)).Compile()(saga))?.Name ?? "none";
}
