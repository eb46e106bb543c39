using MassTransit;
using MassTransit.SagaStateMachine;

namespace Bus.Sagas.Pictures;

/// <summary>Walks a machine and notes which event leads from which state to which: the graph that MassTransit draws does not keep the three together.</summary>
internal sealed class TransitionWalk<TInstance> : StateMachineVisitor
    where TInstance : class, SagaStateMachineInstance
{
    private State? _state;
    private Event? _event;

    public List<(State From, Type Message, State To)> Found { get; } = [];

    public void Visit(State state, Action<State> next)
    {
        _state = state;
        next(state);
    }

    public void Visit(Event @event, Action<Event> next)
    {
        _event = @event;
        next(@event);
    }

    public void Visit<TData>(Event<TData> @event, Action<Event<TData>> next)
        where TData : class
    {
        _event = @event;
        next(@event);
    }

    public void Visit(IStateMachineActivity activity) => Note(activity);

    public void Visit(IStateMachineActivity activity, Action<IStateMachineActivity> next)
    {
        Note(activity);
        next(activity);
    }

    public void Visit<T>(IBehavior<T> behavior)
        where T : class, SagaStateMachineInstance
    {
    }

    public void Visit<T>(IBehavior<T> behavior, Action<IBehavior<T>> next)
        where T : class, SagaStateMachineInstance => next(behavior);

    public void Visit<T, TData>(IBehavior<T, TData> behavior)
        where T : class, SagaStateMachineInstance
        where TData : class
    {
    }

    public void Visit<T, TData>(IBehavior<T, TData> behavior, Action<IBehavior<T, TData>> next)
        where T : class, SagaStateMachineInstance
        where TData : class => next(behavior);

    private void Note(IStateMachineActivity activity)
    {
        if (activity is TransitionActivity<TInstance> transition && _event?.GetType().GetGenericArguments() is [{ } message])
        {
            Found.Add((_state!, message, transition.ToState));
        }
    }
}
