using Bus.Jobs;
using Bus.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Benchmarks.Measures;

/// <summary>What is asked of a full store.</summary>
internal static class StoreQuestions
{
    public static IEnumerable<(string Name, Func<Task> Ask)> All(IHost host, StoreFill fill)
    {
        var operations = host.Services.GetRequiredService<IJobOperations>();
        var letters = host.Services.GetRequiredService<IDeadLetters>();
        return [.. Lists(operations, fill), .. Counts(operations), .. Letters(letters)];
    }

    // Each state with each filter, the first page and one from the middle.
    private static IEnumerable<(string, Func<Task>)> Lists(IJobOperations operations, StoreFill fill)
    {
        (string Name, JobQuery Query)[] filters =
        [
            ("all", new()),
            ("queue", new() { Queue = StoreFill.Queue }),
            ("type", new() { Type = StoreFill.Type }),
            ("rare type", new() { Type = StoreFill.RareType }),
            ("no such type", new() { Type = "none" }),
            ("queue, type", new() { Queue = StoreFill.Queue, Type = StoreFill.Type }),
            ("tenant", new() { Tenant = StoreFill.Tenant }),
            ("tenant, no such type", new() { Tenant = StoreFill.Tenant, Type = "none" }),
            ("tenant, queue, type", new() { Tenant = StoreFill.Tenant, Queue = StoreFill.Queue, Type = StoreFill.Type }),
            ("batch", new() { Batch = StoreFill.Batch }),
            ("batch, no such type", new() { Batch = StoreFill.Batch, Type = "none" }),
            ("batch, tenant", new() { Batch = StoreFill.Batch, Tenant = StoreFill.Tenant }),
        ];
        JobState?[] states = [null, JobState.Queued, JobState.Running, JobState.Succeeded, JobState.Dead, JobState.Scheduled];
        foreach (var state in states)
        {
            foreach (var (name, query) in filters)
            {
                var asked = query with { State = state };
                var middle = asked with { Before = state == JobState.Queued ? fill.MiddleOfWaiting : fill.MiddleOfFinished };
                var text = $"{state?.ToString() ?? "any state"}; {name}";
                yield return (text, () => operations.ListAsync(asked));
                yield return ($"{text}; from the middle", () => operations.ListAsync(middle));
            }
        }
    }

    private static IEnumerable<(string, Func<Task>)> Counts(IJobOperations operations)
    {
        yield return ("queues", () => operations.QueuesAsync());
        yield return ("history", () => operations.HistoryAsync(new JobHistoryQuery()));
        yield return ("upkeep", () => operations.UpkeepAsync());
        yield return ("batches", () => operations.ListBatchesAsync(new JobBatchQuery()));
        yield return ("batches that are done", () => operations.ListBatchesAsync(new JobBatchQuery { State = JobBatchState.Done }));
        yield return ("batches that are open", () => operations.ListBatchesAsync(new JobBatchQuery { State = JobBatchState.Open }));
        yield return ("batch", () => operations.FindBatchAsync(StoreFill.Batch));
    }

    private static IEnumerable<(string, Func<Task>)> Letters(IDeadLetters letters)
    {
        (string Name, DeadLetterQuery Query)[] queries =
        [
            ("all", new()),
            ("state", new() { State = DeadLetterState.Open }),
            ("closed, of which there are none", new() { State = DeadLetterState.Discarded }),
            ("queue", new() { Queue = StoreFill.Queue }),
            ("no such queue", new() { Queue = "none" }),
            ("type", new() { MessageType = StoreFill.RareType }),
            ("no such type", new() { MessageType = "none" }),
            ("reason", new() { Reason = "none" }),
            ("exception", new() { Exception = "nowhere" }),
            ("cause", new() { Group = StoreFill.Cause(7) }),
            ("open, cause", new() { State = DeadLetterState.Open, Group = StoreFill.Cause(7) }),
            ("no such cause", new() { Group = Guid.Empty }),
            ("time", new() { From = DateTimeOffset.FromUnixTimeMilliseconds(1), To = DateTimeOffset.FromUnixTimeMilliseconds(1_000) }),
            ("message id", new() { MessageId = "none" }),
            ("correlation id", new() { CorrelationId = "none" }),
        ];
        foreach (var (name, query) in queries)
        {
            yield return ($"letters; {name}", () => letters.ListAsync(query));
            yield return ($"letters counted; {name}", () => letters.CountAsync(query));
        }

        yield return ("letters; body", () => letters.ListAsync(new DeadLetterQuery { Text = "nowhere" }));
        yield return ("letters; body, no such queue", () => letters.ListAsync(new DeadLetterQuery { Text = "nowhere", Queue = "none" }));
        yield return ("causes", () => letters.GroupsAsync());
    }
}
