using System.Text;
using MassTransit;
using MassTransit.SagaStateMachine;

namespace Bus.Sagas.Pictures;

/// <summary>Draws a state machine as the code defines it, so that a picture in the docs cannot be out of date unnoticed.</summary>
public static class StateMachinePicture
{
    /// <summary>
    /// A Mermaid <c>stateDiagram-v2</c> with one line a transition, in the order in which a walk from the initial state meets them; lines end
    /// with a line feed. States that nothing leaves are shown as ends. Ignored events are not shown.
    /// </summary>
    /// <exception cref="InvalidOperationException">An event leads from several states to several others: the graph no longer tells which to which.</exception>
    public static string Mermaid<TInstance>(StateMachine<TInstance> machine)
        where TInstance : class, SagaStateMachineInstance
    {
        var transitions = Transitions(machine.GetGraph());
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

            foreach (var (from, label, to) in leaving)
            {
                text.Append("    ").Append(from == machine.Initial.Name ? "[*]" : from).Append(" --> ").Append(to).Append(": ").Append(label).Append('\n');
                if (seen.Add(to))
                {
                    walk.Enqueue(to);
                }
            }
        }

        return text.ToString();
    }

    private static List<(string From, string Event, string To)> Transitions(StateMachineGraph graph)
    {
        var found = new List<(string, string, string)>();
        foreach (var happening in graph.Vertices.Where(x => x.VertexType == typeof(Event)))
        {
            var from = graph.Edges.Where(x => x.To.Equals(happening)).Select(x => x.From.Title).ToList();
            var to = graph.Edges.Where(x => x.From.Equals(happening)).Select(x => x.To.Title).ToList();
            if (from.Count > 1 && to.Count > 1)
            {
                throw new InvalidOperationException(
                    $"`{happening.Title}` leads from {string.Join(", ", from)} to {string.Join(", ", to)}: split it into one event a target state to draw it.");
            }

            found.AddRange(from.SelectMany(x => to.Select(y => (x, Label(happening.TargetType), y))));
        }

        return found;
    }

    private static string Label(Type message) =>
        message.IsGenericType && message.GetGenericTypeDefinition() == typeof(Fault<>)
            ? $"fault of {message.GetGenericArguments()[0].Name}"
            : message.Name;
}
