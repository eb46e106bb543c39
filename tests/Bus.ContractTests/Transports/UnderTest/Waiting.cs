namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>The one deadline of the suite: far past what any machine needs, so that a test that meets it has failed.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static Task InTimeAsync(this Task task) => task.WaitAsync(Deadline, TimeProvider.System);

    public static Task<T> InTimeAsync<T>(this Task<T> task) => task.WaitAsync(Deadline, TimeProvider.System);
}
