using System.Data.Common;
using System.Text.Json;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <summary>The statements about jobs of one database. Times are the database's own, in Unix milliseconds, unless they are handed in.</summary>
/// <param name="dialect">Makes parameters.</param>
/// <param name="tables">The tables' names.</param>
/// <param name="now">The expression for the database's time.</param>
internal abstract class JobDialect(StoreDialect dialect, JobTables tables, string now)
{
    /// <summary>A priority is worth a minute: so much earlier would the job have to come to have the same place with one priority less.</summary>
    public const long MicrosecondsAPriority = 60_000_000;

    /// <summary>For so many milliseconds after its end a job is there, however short it is kept, if somebody is to be told of it: the call looks at its row, and may be tried for long.</summary>
    public const long ToldWithin = 2 * 86_400_000L;

    /// <summary>The kind of a queue that has jobs.</summary>
    public const int QueueSeen = -1;

    /// <summary>The kind of a queue that has suspect ones.</summary>
    public const int SuspectSeen = -2;

    /// <summary>The kind of a job that the owner has: id, colon, claim, colon, and its line.</summary>
    public const int OwnSeen = -3;

    /// <summary>The kind of one whose run is asked to stop.</summary>
    public const int CancelledSeen = -4;

    /// <summary>The kind of a queue that has jobs of tenants.</summary>
    public const int TenantsSeen = -5;

    /// <summary>The kind of a pause of a tenant.</summary>
    public const int TenantPaused = 3;

    /// <summary>The kind that says, without a name, that there are jobs whose process has no living lease.</summary>
    public const int LostSeen = -6;

    /// <summary>The kind of a type whose circuit is open: how many milliseconds it rests, a colon and its name.</summary>
    public const int RestSeen = -7;

    /// <summary>The type of the jobs that tell somebody of the end of another.</summary>
    public const string CallbackType = "bus.webhook";

    /// <summary>Where they wait.</summary>
    public const string CallbackQueue = "webhooks";

    protected const string InsertColumns = "id, type, queue, arguments, state, priority, rank, due_at, start_before, timeout";

    protected const string InsertSpecialColumns = "order_key, order_policy, unique_key, unique_while, unique_until, kept_until, callback, batch_id, tenant, keep_for, tags, unique_name, limit_key";

    protected const string InsertFixedColumns = "attempts, claims, crashes, cancel_requested, created_at";

    private JobBatches? _batches;

    private TrackedJobs? _tracked;

    protected StoreDialect Dialect => dialect;

    protected JobTables Tables => tables;

    protected string Now => now;

    /// <summary>The statements that count jobs.</summary>
    public virtual JobStats Stats { get; } = new(tables, now);

    /// <summary>What finds the jobs of a page; null where the database is left to find a way.</summary>
    public virtual JobPages? Pages => null;

    /// <summary>The statements about limits.</summary>
    public abstract JobLimits Limits { get; }

    /// <summary>The statements about batches.</summary>
    public JobBatches Batches => _batches ??= new JobBatches(this, dialect, tables, now);

    /// <summary>The statements about messages that are tracked.</summary>
    public TrackedJobs Tracked => _tracked ??= new TrackedJobs(this, dialect, tables, now, TrackedSyntax);

    /// <summary>What stands for no bytes.</summary>
    public virtual object NullBytes => DBNull.Value;

    /// <summary>→ when the next job that waits for its time is due, null when none is, and the database's time.</summary>
    public string NextDue => $"SELECT min(due_at), {now} FROM {tables.Job} WHERE due_at IS NOT NULL";

    /// <summary>time, limit → queues those that are due by then: their queues.</summary>
    public abstract string QueueDue { get; }

    /// <summary>owner → kind, name: what is paused, and what the negative kinds say.</summary>
    public abstract string Look { get; }

    /// <summary>→ the running jobs whose process has no living lease: id, claim.</summary>
    public abstract string Lost { get; }

    /// <summary>→ the keys of lines in which it is nobody's turn: those whose enqueuer died before it could give it.</summary>
    public abstract string IdleLines { get; }

    /// <summary>time in Unix ms → a row when there are jobs or batches to remove that ended before it, or counters to add together.</summary>
    public string Old =>
        $"SELECT 1 WHERE EXISTS (SELECT 1 FROM {tables.Job} WHERE state IN ({JobStates.Succeeded}, {JobStates.Cancelled}) AND ended_at IS NOT NULL AND keep_for IS NULL AND ended_at < @p0 AND (kept_until IS NULL OR kept_until < {now}) " +
        $"AND (unique_key IS NULL OR unique_until IS NULL OR unique_until < {now})) " +
        $"OR EXISTS (SELECT 1 FROM {tables.Job} WHERE ended_at IS NOT NULL AND keep_for IS NOT NULL AND remove_at < {now} AND (callback IS NULL OR ended_at < {now} - {ToldWithin})) " +
        $"OR EXISTS (SELECT 1 FROM {tables.Batch} AS b WHERE done_at IS NOT NULL AND done_at < @p0 AND NOT EXISTS (SELECT 1 FROM {tables.Job} AS j WHERE j.batch_id = b.id)) OR EXISTS (SELECT 1 FROM {tables.Limit} WHERE limit_key <> '' AND free_at < {now} * 1000) OR EXISTS ({Stats.Foldable})";

    /// <summary>job, claim, outcome, node, started, error → notes a run that has not ended its job.</summary>
    public string InsertRun => $"INSERT INTO {tables.Run} (job_id, claim, outcome, node, started_at, ended_at, error) VALUES (@p0, @p1, @p2, @p3, @p4, {now}, @p5)";

    /// <summary>job, claim, name, result → notes a step, while the job is run under that claim.</summary>
    public string InsertStep => $"INSERT INTO {tables.Step} (job_id, name, result, ended_at) SELECT id, @p2, @p3, {now} FROM {tables.Job} WHERE id = @p0 AND claims = @p1 AND state = 2";

    /// <summary>job → what its dead letter says: type, queue, arguments, attempts, error, claims, node, end.</summary>
    public string Dead => $"SELECT type, queue, arguments, attempts, error, claims, node, ended_at FROM {tables.Job} WHERE id = @p0 AND state = 5";

    /// <summary>job, claim → its arguments, while it is run under that claim.</summary>
    public string Arguments => $"SELECT arguments FROM {tables.Job} WHERE id = @p0 AND claims = @p1 AND state = 2";

    /// <summary>job → its steps: name, result.</summary>
    public string Steps => $"SELECT name, result FROM {tables.Step} WHERE job_id = @p0 AND name <> ''";

    /// <summary>job → its checkpoint, which is kept as the step without a name.</summary>
    public string Checkpoint => $"SELECT result FROM {tables.Step} WHERE job_id = @p0 AND name = ''";

    /// <summary>job, claim, data → replaces its checkpoint, while the job is run under that claim.</summary>
    public virtual string SaveCheckpoint =>
        $"INSERT INTO {tables.Step} (job_id, name, result, ended_at) SELECT id, '', @p2, {now} FROM {tables.Job} WHERE id = @p0 AND claims = @p1 AND state = 2{AsItStands} " +
        "ON CONFLICT (job_id, name) DO UPDATE SET result = excluded.result, ended_at = excluded.ended_at";

    /// <summary>job, claim, number, time, level, text → keeps a line, while no other run of the job has begun, and once: the answer to the commit before may have been lost.</summary>
    public string InsertLine =>
        $"INSERT INTO {tables.Log} (job_id, claim, number, at, level, text) SELECT id, claims, @p2, @p3, @p4, @p5 FROM {tables.Job} WHERE id = @p0 AND claims = @p1 " +
        $"AND NOT EXISTS (SELECT 1 FROM {tables.Log} WHERE job_id = @p0 AND claim = @p1 AND number = @p2)";

    /// <summary>new job, its arguments, job → enqueues the call to who is to be told of the end of a job, if that has come to it.</summary>
    public string InsertCallback =>
        $"INSERT INTO {tables.Job} (id, type, queue, arguments, state, priority, rank, order_policy, unique_while, tenant, {InsertFixedColumns}) " +
        $"SELECT @p0, '{CallbackType}', '{CallbackQueue}', @p1, 1, 4, {now} * 1000 - 4 * {MicrosecondsAPriority}, 0, 0, tenant, 0, 0, 0, {False}, {now} FROM {tables.Job} WHERE id = @p2 AND callback IS NOT NULL AND state IN (3, 5, 6)";

    /// <summary>key, job → puts a job at the end of a line, if it is in none.</summary>
    public string JoinLine => $"INSERT INTO {tables.Line} (order_key, job_id, active) SELECT @p0, @p1, {False} {FromNothing} WHERE NOT EXISTS (SELECT 1 FROM {tables.Line} WHERE job_id = @p1)";

    /// <summary>What stands for false.</summary>
    protected virtual string False => "0";

    /// <summary>What it says differently about messages that are tracked.</summary>
    protected virtual TrackedSyntax TrackedSyntax => new(False);

    /// <summary>What keeps others from changing a row that is read until what was read is acted upon.</summary>
    protected virtual string AsItStands => "";

    /// <summary>What a SELECT without a table needs.</summary>
    protected virtual string FromNothing => "";


    /// <summary>What becomes of a name that counts until the first run begins.</summary>
    public static string UniqueAtStart => "unique_key = CASE WHEN unique_while = 1 THEN NULL ELSE unique_key END";

    /// <summary>What becomes of a name when the job goes to a state: one that is dead may keep it until somebody decides.</summary>
    protected static string UniqueAtEnd(string state) => $"unique_key = CASE WHEN unique_until IS NULL AND ({state} IN (3, 6) OR ({state} = 5 AND unique_while <> 2)) THEN NULL ELSE unique_key END";

    /// <summary>That a job does not stay in its line: it has come to its end, and nobody is to decide about it first.</summary>
    protected static string LeavesLine(string job) => $"({job}.state IN (3, 6) OR ({job}.state = 5 AND {job}.order_policy = 1))";

    /// <summary>Adds the inserts.</summary>
    public abstract void AddInsert(StoreBatch batch, IReadOnlyList<NewJob> jobs);

    /// <summary>Adds the call to who is to be told of the end of a job.</summary>
    public void AddCallback(StoreBatch batch, Guid job, long claim) => batch.AddRow(InsertCallback, dialect, Guid.CreateVersion7(), JsonSerializer.SerializeToUtf8Bytes(new CallbackOf(job, claim), JsonSerializerOptions.Web), job);

    /// <summary>Adds the lines that handlers have logged.</summary>
    public void AddLines(StoreBatch batch, IReadOnlyList<JobLogRow> lines)
    {
        foreach (var line in lines)
            batch.AddRow(InsertLine, dialect, line.JobId, line.Claim, line.Number, line.At, line.Level, line.Text);
    }

    /// <summary>Writes the end of runs and counts them, in the transaction that is open. What of them their batches count must be counted in it, too: <see cref="CountAsync"/>.</summary>
    /// <param name="connection">The open connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="ended">How they have ended.</param>
    /// <param name="node">Whose counters they are added to: two that write at one time have not the same, or one waits for the other.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public abstract Task<JobEndResult> EndAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<EndedRun> ended, string node, CancellationToken cancellationToken);

    /// <summary>Counts what became of jobs of a queue and type, in the transaction that is open.</summary>
    public Task TallyAsync(DbConnection connection, DbTransaction? transaction, string queue, string type, string node, JobCount count, CancellationToken cancellationToken) => ScalarAsync(
        connection, transaction, Stats.Count, cancellationToken,
        queue, type, node, count.Runs, count.Succeeded, count.Failed, count.Dead, count.Cancelled, count.Crashed, count.RunMs, count.WaitMs, count.MaxRunMs);

    /// <summary>Adds the counters of a time together into such of a longer span, in the transaction that is open.</summary>
    public async Task FoldAsync(DbConnection connection, DbTransaction transaction, int span, int longer, int from, CancellationToken cancellationToken)
    {
        await ScalarAsync(connection, transaction, Stats.Fold, cancellationToken, span, longer, from, from + longer);
        await ScalarAsync(connection, transaction, Stats.Folded, cancellationToken, span, from, from + longer);
    }

    /// <summary>Counts the ends of runs in their batches, in the transaction that has written them, when all is written that may have to wait for others.</summary>
    public async Task<JobEndResult> CountAsync(DbConnection connection, DbTransaction transaction, JobEndResult ends, CancellationToken cancellationToken) => ends.Batches.Count == 0
        ? ends
        : ends with { Queues = [.. ends.Queues, .. await Batches.CountAsync(connection, transaction, ends.Batches, cancellationToken)], Batches = [] };

    /// <summary>Gives the first of lines their turn where it is nobody's, in the transaction that is open.</summary>
    /// <returns>Where they are queued.</returns>
    public abstract Task<IReadOnlyList<string>> AdvanceAsync(DbConnection connection, DbTransaction transaction, IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>Puts a job at the end of a line, if it is in none, in the transaction that is open.</summary>
    public Task JoinAsync(DbConnection connection, DbTransaction transaction, string key, Guid job, CancellationToken cancellationToken) => ScalarAsync(connection, transaction, JoinLine, cancellationToken, key, job);

    /// <summary>Keeps others from a line until the transaction ends. Before a row of one of its jobs is changed, so that no two wait for each other.</summary>
    public abstract Task LockLineAsync(DbConnection connection, DbTransaction transaction, string key, CancellationToken cancellationToken);

    /// <summary>Writes the end of runs and takes jobs, in one transaction of its own.</summary>
    public abstract Task<JobTurnResult> TurnAsync(DbConnection connection, JobTurn turn, CancellationToken cancellationToken);

    /// <summary>Takes jobs of queues, in the transaction that is open.</summary>
    public abstract Task<List<ClaimedJob>> ClaimAsync(DbConnection connection, DbTransaction? transaction, JobTurn turn, CancellationToken cancellationToken);

    /// <summary>Takes jobs of types with limits, in the transaction that is open.</summary>
    public Task<LimitedOutcome> ClaimLimitedAsync(DbConnection connection, DbTransaction transaction, JobTurn turn, List<ClaimedJob> jobs, CancellationToken cancellationToken) =>
        Limits.ClaimAsync(connection, transaction, turn, jobs, cancellationToken);

    protected async Task<object?> ScalarAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var statement = new RowStatement(connection, transaction, sql, dialect);
        return await statement.With(values).ExecuteScalarAsync(cancellationToken);
    }
}
