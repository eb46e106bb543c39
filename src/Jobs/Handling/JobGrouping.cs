namespace Bus.Jobs.Handling;

/// <summary>How jobs of a type are run together.</summary>
/// <param name="Size">At most so many.</param>
/// <param name="Wait">How long the first waits for others.</param>
/// <param name="RunAsync">Makes the handler in the scope and runs them.</param>
internal sealed record JobGrouping(int Size, TimeSpan Wait, Func<IServiceProvider, IReadOnlyList<GroupItem>, CancellationToken, Task> RunAsync);
