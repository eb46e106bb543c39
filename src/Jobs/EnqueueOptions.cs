namespace Bus.Jobs;

/// <summary>What is said about one job when it is enqueued.</summary>
public sealed record EnqueueOptions
{
    /// <summary>The queue it waits in; null for that of its handler, <c>default</c> unless it says otherwise. 1 to 200 characters without a colon.</summary>
    public string? Queue { get; init; }

    /// <summary>
    /// 0 to 9, the higher before the lower; default 4. Each step is worth a minute: a job overtakes those of one priority less that have waited for less than a minute more, so that nothing waits for ever.
    /// </summary>
    public int Priority { get; init; } = 4;

    /// <summary>When it is queued; null for at once. In the past is at once. Not together with <see cref="Key"/>.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>If its first run has not begun by then it is dead; null for no such time.</summary>
    public DateTimeOffset? StartBefore { get; init; }

    /// <summary>How long a run of it may take; null for what its handler says.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Jobs of one queue and key run one after the other, in the order in which they were inserted (whoever enqueues after another has committed comes after it), in whatever processes and however often one is tried again. Null, the default, for no order. 1 to 190 characters.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>What becomes of those behind it when a job with a <see cref="Key"/> is dead.</summary>
    public JobKeyPolicy KeyPolicy { get; init; }

    /// <summary>
    /// Whose job it is. Where jobs of several tenants wait in one queue they take turns: each process begins the first of each, then the second of each, however many one has; those without a tenant count as one. A
    /// <see cref="Priority"/> counts among those of one tenant. Its jobs can be paused, see <see cref="JobGroup.Tenant"/>. Null, the default, for nobody's. 1 to 190 characters.
    /// </summary>
    public string? Tenant { get; init; }

    /// <summary>
    /// What the job counts under where its type has limits per key, see <see cref="JobTypeOptions.ConcurrencyPerKey"/> and <see cref="JobTypeOptions.RatePerKey"/>: jobs of one key may run at once, and keep no order. Null, the
    /// default, for its <see cref="Tenant"/>; one that has neither is bound by the other limits of its type alone. 1 to 190 characters.
    /// </summary>
    public string? LimitKey { get; init; }

    /// <summary>
    /// While a job of that type and name is there, another is not added: <see cref="IJobClient.EnqueueAsync{TArguments}"/> returns the id of the one that is. Null, the default, for as many as there come. 1 to 200 characters:
    /// write into it what makes two jobs the same. One that is run again by hand takes its name again, and is refused while another has it.
    /// </summary>
    public string? Unique { get; init; }

    /// <summary>
    /// The same by members of the arguments, for instance <c>[nameof(Charge.Order)]</c>: two jobs of a type in which all of these have the same JSON have the same name. A member is called as in its type or in its JSON; one
    /// that has members of its own counts with all of them, and 1.0 and 1.00 are two values. Not together with <see cref="Unique"/>. Empty, the default, for no name.
    /// </summary>
    public IReadOnlyList<string> UniqueBy { get; init; } = [];

    /// <summary>How long the job counts for <see cref="Unique"/>.</summary>
    public JobUniqueness UniqueWhile { get; init; }

    /// <summary>Counts for <see cref="Unique"/> or <see cref="UniqueBy"/>, without which it is refused, for so long from when it is enqueued, whatever its state; null, the default, for what <see cref="UniqueWhile"/> says.</summary>
    public TimeSpan? UniqueFor { get; init; }

    /// <summary>
    /// How long the job is kept with its result after it has succeeded or was cancelled; zero or less for ever. Null, the default, for what <see cref="JobTypeOptions.KeepFor"/> says. One that is dead is kept until somebody
    /// decides, and one with an <see cref="IdempotencyKey"/> or <see cref="UniqueFor"/> at least as long as that counts.
    /// </summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>
    /// What it is found by, see <see cref="JobQuery.Tag"/>: at most 10 tags of 1 to 100 characters; one that is given twice counts once. Each costs a row in a table of its own. Empty, the default, for none.
    /// </summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>
    /// Who is told when the job has come to its end: an http or https address of a host that <see cref="JobsOptions.Webhooks"/> allows, at most 2,000 characters. It gets a signed POST with the job's id, type, state,
    /// result, error and end, once at least: as a job of its own in the queue <c>webhooks</c>, which is enqueued with the end and tried again when the other side fails. Null, the default, for nobody.
    /// </summary>
    public Uri? Callback { get; init; }

    /// <summary>
    /// Names the request: who enqueues with the same key and type again gets the id of the first job, and by it its result, for <see cref="IdempotentFor"/>. With other arguments it is refused. 1 to 200 characters;
    /// null, the default, for none.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>How long an <see cref="IdempotencyKey"/> is known, from when it is enqueued and at least until the job has come to its end. Default one day.</summary>
    public TimeSpan IdempotentFor { get; init; } = TimeSpan.FromDays(1);
}
