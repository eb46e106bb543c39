using System.Text;
using MassTransit;

namespace Bus.Sagas.Pictures;

/// <summary>Draws a state machine as the code defines it, so that a picture in the docs cannot be out of date unnoticed.</summary>
public static class StateMachinePicture
{
    /// <summary>
    /// A Mermaid <c>stateDiagram-v2</c> with one arrow from a state to another, labelled with all events that lead there, in the order in which a walk from the initial state meets them; lines end
    /// with a line feed. States that nothing leaves are shown as ends. Ignored events, and those that change no state, are not shown; of an event that decides between several states, each is.
    /// </summary>
    public static string Mermaid<TInstance>(StateMachine<TInstance> machine)
        where TInstance : class, SagaStateMachineInstance
    {
        var transitions = Transitions(machine);
        var text = new StringBuilder("stateDiagram-v2\n");
        var walk = new Queue<string>([machine.Initial.Name]);
        var seen = new HashSet<string>(StringComparer.Ordinal) { machine.Initial.Name };
        while (walk.TryDequeue(out var state))
        {
            var leaving = transitions.Where(x => x.From == state).OrderBy(x => x.Event, StringComparer.Ordinal).ToList();
            if (leaving.Count == 0)
            {
                text.Append("    ").Append(state).Append(" --> [*]\n");
            }

            foreach (var arrow in leaving.GroupBy(x => x.To))
            {
                text.Append("    ").Append(state == machine.Initial.Name ? "[*]" : state).Append(" --> ").Append(arrow.Key).Append(": ").AppendJoin("<br/>", arrow.Select(x => x.Event)).Append('\n');
                if (seen.Add(arrow.Key))
                {
                    walk.Enqueue(arrow.Key);
                }
            }
        }

        return text.ToString();
    }

    private static List<(string From, string Event, string To)> Transitions<TInstance>(StateMachine<TInstance> machine)
        where TInstance : class, SagaStateMachineInstance
    {
        var walk = new TransitionWalk<TInstance>();
        machine.Accept(walk);
        return [.. walk.Found.Select(x => (x.From.Name, Label(x.Message), x.To.Name)).Distinct()];
    }

    private static string Label(Type message) =>
        message.IsGenericType && message.GetGenericTypeDefinition() == typeof(Fault<>)
            ? $"fault of {message.GetGenericArguments()[0].Name}"
            : message.Name;
}
