using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <summary>
/// The statements about messages that plain consumers handle and that are shown as jobs. Their rows have no owner and are never queued: delivery, order and attempts are the transport's, and the row only says how it stands.
/// </summary>
/// <param name="jobs">Has the statements that jobs have, too.</param>
/// <param name="dialect">Makes parameters.</param>
/// <param name="tables">The tables' names.</param>
/// <param name="now">The expression for the database's time.</param>
/// <param name="syntax">What the databases say differently.</param>
internal sealed class TrackedJobs(JobDialect jobs, StoreDialect dialect, JobTables tables, string now, TrackedSyntax syntax)
{
    private readonly string _begin =
        $"INSERT INTO {tables.Job} (id, type, queue, arguments, state, priority, rank, order_policy, unique_while, attempts, claims, crashes, cancel_requested, created_at, started_at, node, message_id, consumer_id) " +
        $"VALUES (@p0, @p1, @p2, @p3, 2, 4, {now} * 1000, 0, 0, 0, 1, 0, {syntax.False}, {now}, {now}, @p4, @p5, @p6)";

    // Whoever's work commits with the inbox row has handled the message, whatever else was taken for true of it: it asks for no claim.
    private readonly string _end =
        $"UPDATE {tables.Job} SET state = @p1, ended_at = CASE WHEN @p1 = 3 THEN {now} END, error = NULL, note = @p2 WHERE id = @p0 AND state <> 3";

    // Before the state says that it has failed.
    private readonly string _noteFailure =
        $"INSERT INTO {tables.Run} (job_id, claim, outcome, node, started_at, ended_at, error) SELECT id, claims, 0, node, started_at, {now}, @p2 FROM {tables.Job} WHERE id = @p0 AND claims = @p1 AND state = 2 " +
        $"AND NOT EXISTS (SELECT 1 FROM {tables.Run} WHERE job_id = @p0 AND claim = @p1)";

    private readonly string _fail =
        $"UPDATE {tables.Job} SET state = @p2, attempts = attempts + 1, error = @p3, ended_at = CASE WHEN @p2 = 5 THEN {now} END WHERE id = @p0 AND claims = @p1 AND state = 2";

    private readonly string _giveUp = $"UPDATE {tables.Job} SET state = 5, ended_at = {now} WHERE id = @p0 AND claims = @p1 AND state IN (2, 4)";

    private readonly string _handBack = $"UPDATE {tables.Job} SET state = 4, note = @p2 WHERE id = @p0 AND claims = @p1 AND state = 2";

    private readonly string _withdraw = $"DELETE FROM {tables.Job} WHERE id = @p0 AND claims = 1 AND state = 2";

    /// <summary>message, consumer → its row, which is kept from others until the transaction ends: id, state, claims, node, when it was begun.</summary>
    public string Find { get; } = $"SELECT id, state, claims, node, started_at FROM {tables.Job}{syntax.Hint} WHERE message_id = @p0 AND consumer_id = @p1{syntax.Lock}";

    /// <summary>The columns of what begins → inserts it, unless another has at the same moment.</summary>
    public string BeginUnlessThere => _begin + syntax.UnlessThere;

    /// <summary>job, crashes to add, node → begins it anew.</summary>
    public string BeginAgain { get; } = $"UPDATE {tables.Job} SET state = 2, claims = claims + 1, crashes = crashes + @p1, started_at = {now}, ended_at = NULL, node = @p2, note = NULL WHERE id = @p0";

    /// <summary>All that it works with, for a test to parse.</summary>
    public IReadOnlyList<string> Texts => [_begin, _end, _noteFailure, _fail, _giveUp, _handBack, _withdraw, Find, BeginUnlessThere, BeginAgain];

    /// <summary>The values for <see cref="BeginUnlessThere"/>.</summary>
    public static object[] ValuesOf(TrackedChange begun) => [begun.Job, begun.Type, begun.Queue, begun.Body, begun.Node, begun.Of.Message, begun.Of.Consumer];

    /// <summary>Adds all changes, and what they count.</summary>
    public void AddWrite(StoreBatch batch, IReadOnlyList<TrackedChange> changes)
    {
        foreach (var change in changes)
            Add(batch, change);

        // Lines before counters, as everywhere; and these in one order.
        foreach (var counted in changes.Where(change => change.Count is not null).GroupBy(change => (change.Queue, change.Type, change.Counters)).OrderBy(counted => counted.Key))
        {
            var count = JobCount.Sum(counted.Select(change => change.Count!));
            batch.AddRow(
                jobs.Stats.Count, dialect, counted.Key.Queue, counted.Key.Type, counted.Key.Counters,
                count.Runs, count.Succeeded, count.Failed, count.Dead, count.Cancelled, count.Crashed, count.RunMs, count.WaitMs, count.MaxRunMs);
        }
    }

    private void Add(StoreBatch batch, TrackedChange change)
    {
        var text = (object?)change.Text ?? DBNull.Value;
        switch (change.Step)
        {
            case TrackedStep.Begun:
                batch.AddRow(_begin, dialect, ValuesOf(change));
                break;
            case TrackedStep.Ended:
                batch.AddRow(_end, dialect, change.Job, change.State, text);
                break;
            case TrackedStep.Failed:
                batch.AddRow(_noteFailure, dialect, change.Job, change.Claim, text);
                batch.AddRow(_fail, dialect, change.Job, change.Claim, change.State, text);
                break;
            case TrackedStep.GivenUp:
                batch.AddRow(_giveUp, dialect, change.Job, change.Claim);
                break;
            case TrackedStep.Withdrawn:
                batch.AddRow(_withdraw, dialect, change.Job);
                break;
            default:
                batch.AddRow(_handBack, dialect, change.Job, change.Claim, text);
                break;
        }
    }
}

/// <summary>What the databases say differently about messages that are tracked.</summary>
/// <param name="False">What stands for false.</param>
/// <param name="Hint">What keeps a row from others, after the table.</param>
/// <param name="Lock">The same at the end of the query.</param>
/// <param name="UnlessThere">The end of an insert that does nothing where the row is there.</param>
internal sealed record TrackedSyntax(string False, string Hint = "", string Lock = "", string UnlessThere = " ON CONFLICT DO NOTHING");
