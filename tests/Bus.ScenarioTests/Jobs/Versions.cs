using Bus.Jobs;

namespace Bus.ScenarioTests.Jobs;

/// <summary>A bill as the old version of a service has it.</summary>
public sealed record OldBill(int Number, string? Customer);

/// <summary>The same job in the new one: without the customer, and with a currency that has a default.</summary>
public sealed record NewBill(int Number, string Currency = "EUR");

/// <summary>A fine as the old version has it.</summary>
public sealed record OldFine(int Number);

/// <summary>The same job in the new one, which cannot do without a reason.</summary>
public sealed record NewFine(int Number)
{
    public required string Reason { get; init; }
}

/// <summary>A job that only the new version knows.</summary>
public sealed record Reminder(int Number);

/// <summary>Keeps what it was given, as a text.</summary>
public sealed class VersionHandler<TArguments>(JobDbContext db) : IJobHandler<TArguments>
    where TArguments : class
{
    public Task RunAsync(TArguments arguments, JobRun run)
    {
        db.Add(new Told { What = arguments.ToString()! });
        return Task.CompletedTask;
    }
}

/// <summary>Two versions of a service, whose jobs have the same names.</summary>
internal static class Versions
{
    public const string Old = "--Version=old";
    public const string New = "--Version=new";

    public static void Handle(JobsBuilder jobs, string version)
    {
        if (version == "old")
        {
            jobs.Handle<VersionHandler<OldBill>>(type => type.Name = "bill").Handle<VersionHandler<OldFine>>(type => type.Name = "fine");
            return;
        }

        jobs.Handle<VersionHandler<NewBill>>(type => type.Name = "bill").Handle<VersionHandler<NewFine>>(type => type.Name = "fine").Handle<VersionHandler<Reminder>>(type => type.Name = "reminder");
    }
}
