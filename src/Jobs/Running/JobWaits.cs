using System.Buffers.Binary;
using Bus.Core.Recoverability;
using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Running;

/// <summary>
/// What becomes of a failed attempt of a job. Decorrelated waits follow from the one before, which no row has: chance is seeded with the job's id then, so that whichever process asks finds the same waits from the first on.
/// </summary>
internal static class JobWaits
{
    public static RecoverabilityDecision Decide(JobType type, ClaimedJob job, Exception exception, Random random)
    {
        var previous = TimeSpan.Zero;
        if (type.Retry is { Jitter: Jitter.Decorrelated } schedule)
        {
            random = new Random(SeedOf(job.Id));
            for (var retry = 1; retry <= Math.Min(job.Attempts, schedule.MaxAttempts); retry++)
                previous = schedule.DelayBefore(retry, previous, random);
        }

        var decision = type.Policy.Decide(new FailureFacts(exception, job.Attempts + 1, TimeSpan.Zero, previous, BudgetLeft: true), random);
        // Who is asked to come later spends no attempt, and so has spent none when it is the last.
        return decision is RecoverabilityDecision.GiveUp { Reason: GiveUpReason.AttemptsSpent } && RecoverabilityPolicy.RetryAfterOf(exception) is { } asked
            ? new RecoverabilityDecision.RetryAfter(asked > type.Retry.FirstDelay ? asked : type.Retry.FirstDelay)
            : decision;
    }

    // The end of an id is chance, its beginning time.
    private static int SeedOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt32BigEndian(bytes[12..]);
    }
}
