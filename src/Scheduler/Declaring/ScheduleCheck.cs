using System.Text.RegularExpressions;
using Bus.Scheduler.Timing;

namespace Bus.Scheduler.Declaring;

/// <summary>Says what is wrong with a schedule, each with its remedy.</summary>
internal static partial class ScheduleCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    public static List<string> Problems(string name, ScheduleDefinition definition, DateTimeOffset created)
    {
        List<string> problems = [];
        if (!Name().IsMatch(name))
            problems.Add("a name has 1 to 200 letters, digits, and `-`, `_`, `.` or `:`.");
        ScheduleTiming.TryCreate(TimingOf(definition), created, problems, out _);
        if (definition.Jitter > Longest)
            problems.Add($"`Jitter` must be at most 365 days, but is {definition.Jitter}.");
        if (definition.MaxRuns < 1)
            problems.Add($"`MaxRuns` must be 1 or more, or null, but is {definition.MaxRuns}.");
        if (definition.CatchUpLimit is < 1 or > 1000)
            problems.Add($"`CatchUpLimit` must be 1 to 1,000, but is {definition.CatchUpLimit}.");
        if (definition.MisfireThreshold < TimeSpan.Zero || definition.MisfireThreshold > Longest)
            problems.Add($"`MisfireThreshold` must be zero to 365 days, but is {definition.MisfireThreshold}.");
        if (definition.RunTimeout <= TimeSpan.Zero || definition.RunTimeout > Longest)
            problems.Add($"`RunTimeout` must be more than zero and at most 365 days, but is {definition.RunTimeout}.");
        if (!Enum.IsDefined(definition.Misfire) || !Enum.IsDefined(definition.Overlap))
            problems.Add("`Misfire` and `Overlap` must be one of the named policies.");
        if (definition.Destination is { IsAbsoluteUri: false })
            problems.Add($"`Destination` must be an address such as `queue:reports`, but is `{definition.Destination}`.");
        if (definition is { Destination.IsAbsoluteUri: true, Destination.Scheme: ScheduleDefinition.JobScheme, Overlap: not OverlapPolicy.Allow })
            problems.Add($"`Overlap` is {definition.Overlap}, but a job has its own rules for what runs beside it: leave it at Allow, and give the job's type `Concurrency`.");
        if (definition is { Destination: null, Overlap: not OverlapPolicy.Allow })
            problems.Add($"`Overlap` is {definition.Overlap}, but the message is published, and nobody knows when the last of its handlers has ended. Set `Destination` to the queue of the one that counts, such as `queue:reports`.");
        return problems;
    }

    /// <exception cref="ScheduleException">Something is wrong; the text lists all.</exception>
    public static void Demand(string name, ScheduleDefinition definition, DateTimeOffset created)
    {
        if (Problems(name, definition, created) is { Count: > 0 } problems)
            throw new ScheduleException($"Schedule `{name}` cannot be kept: {string.Join(" ", problems)}");
    }

    public static TimingText TimingOf(ScheduleDefinition definition) => new()
    {
        Recurrence = definition.Recurrence,
        Zone = definition.Zone,
        Start = definition.Start,
        End = definition.End,
        Calendar = definition.Calendar,
        Jitter = definition.Jitter,
    };

    [GeneratedRegex(@"^[\p{L}\p{N}\-_.:]{1,200}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
