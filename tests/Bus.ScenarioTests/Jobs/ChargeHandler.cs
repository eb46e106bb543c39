using Bus.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.ScenarioTests.Jobs;

/// <summary>The arguments of a job that has steps.</summary>
public sealed record Charge(int Number);

/// <summary>Does two things in the world, each a row that is committed by itself, then notes how far it is, and saves a row of its own with its end.</summary>
public sealed class ChargeHandler(JobDbContext db, IServiceScopeFactory scopes) : IJobHandler<Charge>
{
    public const int Parts = 2;

    public async Task RunAsync(Charge arguments, JobRun run)
    {
        for (var part = 0; part < Parts; part++)
        {
            var what = $"part {part} of {arguments.Number}";
            await run.StepAsync(what, token => TellAsync(what, token));
        }

        var known = await run.LoadCheckpointAsync<Charge>();
        if (known is not null && known != arguments)
            throw new InvalidOperationException($"The checkpoint is that of {known.Number}.");
        await run.CheckpointAsync(arguments);
        db.Add(new Worked { Number = arguments.Number, Run = run.Number });
    }

    private async Task TellAsync(string what, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var own = scope.ServiceProvider.GetRequiredService<JobDbContext>();
        own.Add(new Told { What = what });
        await own.SaveChangesAsync(cancellationToken);
    }
}
