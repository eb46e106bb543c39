using System.Reflection;
using Bus.Scheduler.Declaring;

namespace Bus.Scheduler;

/// <summary>
/// What a service says about its recurring schedules. What is declared here is made or changed when the process starts; what it declares no more retires. What was edited at run time stays until the
/// declaration itself changes. Used by one thread during start-up.
/// </summary>
public sealed class SchedulesBuilder
{
    internal SchedulesOptions Options { get; } = new();

    /// <summary>
    /// Which program declares; schedules that it declared before and declares no more retire, and those of other programs on the same database stay. Default: the name of the entry assembly.
    /// </summary>
    public string DeclaredBy
    {
        get => Options.DeclaredBy;
        set => Options.DeclaredBy = value;
    }

    /// <summary>Raise it when declarations change, so that an older process that is still running or restarts during a deployment does not bring the old ones back. Default 0: the process that started last decides.</summary>
    public int Revision
    {
        get => Options.Revision;
        set => Options.Revision = value;
    }

    /// <summary>How many runs of each schedule are kept in its history. Default 100, 1 to 10,000.</summary>
    public int History
    {
        get => Options.History;
        set => Options.History = value;
    }

    /// <summary>Declares a schedule.</summary>
    /// <param name="name">Its name, unique in the database: 1 to 200 letters, digits, and <c>- _ . :</c>.</param>
    /// <param name="when">How often, such as <c>Cron.Daily(2)</c> or <c>Recurrence.Every(TimeSpan.FromMinutes(5))</c>.</param>
    /// <param name="message">What is published, or sent where <see cref="ScheduleDefinition.Destination"/> is set, each time.</param>
    /// <param name="more">Changes the rest of the definition: zone, policies, limits; null changes nothing.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>What is wrong is reported when the host starts, all errors at once.</remarks>
    public SchedulesBuilder Every<T>(string name, Recurrence when, T message, Func<ScheduleDefinition, ScheduleDefinition>? more = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(when);
        ArgumentNullException.ThrowIfNull(message);
        var definition = new ScheduleDefinition { Recurrence = when.ToString() };
        AllowMessage<T>();
        Options.Declarations.Add(new ScheduleDeclaration(name, more?.Invoke(definition) ?? definition, typeof(T), message));
        return this;
    }

    /// <summary>Declares a schedule that enqueues a job each time, in the transaction that fires it. Its run is over when the job is there; how that fares, the job says. Needs <c>bus.AddJobs</c>.</summary>
    /// <param name="name">Its name, unique in the database: 1 to 200 letters, digits, and <c>- _ . :</c>.</param>
    /// <param name="when">How often, such as <c>Cron.Daily(2)</c> or <c>Recurrence.Every(TimeSpan.FromMinutes(5))</c>.</param>
    /// <param name="arguments">What the job is told.</param>
    /// <param name="queue">The queue it waits in; null for that of its handler.</param>
    /// <param name="more">Changes the rest of the definition: zone, policies, limits; null changes nothing.</param>
    /// <returns>The same builder.</returns>
    public SchedulesBuilder EveryJob<T>(string name, Recurrence when, T arguments, string? queue = null, Func<ScheduleDefinition, ScheduleDefinition>? more = null)
        where T : class => Every(name, when, arguments, definition =>
        {
            var job = definition with { Destination = new Uri($"{ScheduleDefinition.JobScheme}:{Uri.EscapeDataString(queue ?? "")}") };
            return more?.Invoke(job) ?? job;
        });

    /// <summary>Lets schedules that are made at run time fire messages of this type; those of declared schedules may.</summary>
    /// <returns>The same builder.</returns>
    public SchedulesBuilder AllowMessage<T>()
        where T : class
    {
        Options.Types.Add(typeof(T));
        return this;
    }

    internal static string EntryName => Assembly.GetEntryAssembly()?.GetName().Name ?? "service";
}
