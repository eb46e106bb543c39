using System.Data.Common;
using Bus.Core.Turns;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Pulses;

/// <summary>
/// One way to the database and back for many statements, without the thread pool: synchronous calls of the thread that asks. Each statement stands or fails by itself, but after one that failed the others are not read; what has
/// been answered says so.
/// </summary>
internal sealed class PulseTrip(IReadOnlyList<(PulseQuestion Question, PulseStatement Statement)> asked)
{
    // A turn is for fairness, the file lock is for correctness; who has the turn may wait for a thread of the pool, and get none.
    private static readonly TimeSpan WriteTurnPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>How many have been answered, from the first on.</summary>
    public int Answered { get; private set; }

    public void Run(StoreSession session)
    {
        if (session.Connection.CanCreateBatch)
            RunTogether(session);
        else
            RunInProcess(session);
    }

    /// <summary>Runs one by itself.</summary>
    public static void RunAlone(StoreSession session, PulseStatement statement) => Execute(session, statement, null)();

    private void RunTogether(StoreSession session)
    {
        using var batch = session.Connection.CreateBatch();
        batch.Timeout = session.TimeoutSeconds;
        session.Dialect.Separate(batch);
        foreach (var (_, statement) in asked)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = statement.Sql;
            command.Parameters.AddRange(session.Dialect.Parameters(statement.Values));
            batch.BatchCommands.Add(command);
        }

        using var reader = batch.ExecuteReader();
        for (var index = 0; index < asked.Count; index++)
        {
            var then = asked[index].Statement.Read(reader);
            var isMore = false;
            try
            {
                isMore = reader.NextResult();
            }
            catch (Exception exception) when (exception is DbException { SqlState: not null } || IsTimeout(exception))
            {
                // The database is at the next statement, or has refused it: this one stands.
                then();
                Answered++;
                throw;
            }

            then();
            Answered++;
            if (!isMore && index + 1 < asked.Count)
                throw new OutboxException($"`{asked[index + 1].Question.Name}` was asked with others, but has no answer: its statement must return rows.");
        }
    }

    /// <summary>Whether the database was too slow, rather than away.</summary>
    public static bool IsTimeout(Exception exception) => exception is TimeoutException || exception.InnerException is TimeoutException;

    // There is no way to go; one commit is what counts.
    private void RunInProcess(StoreSession session)
    {
        var writes = asked.TakeWhile(ask => ask.Statement.Writes).ToList();
        if (writes.Count > 0)
        {
            List<Action> stands = [];
            using (session.Gate.TryEnter(WriteTurnPatience))
            {
                using var transaction = session.Connection.BeginTransaction();
                stands.AddRange(writes.Select(ask => Execute(session, ask.Statement, transaction)));
                transaction.Commit();
            }

            stands.ForEach(then => then());
            Answered = writes.Count;
        }

        foreach (var (_, statement) in asked.Skip(writes.Count))
        {
            Execute(session, statement, null)();
            Answered++;
        }
    }

    private static Action Execute(StoreSession session, PulseStatement statement, DbTransaction? transaction)
    {
        using var command = session.Connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statement.Sql;
        command.CommandTimeout = session.TimeoutSeconds;
        command.Parameters.AddRange(session.Dialect.Parameters(statement.Values));
        using var reader = command.ExecuteReader();
        return statement.Read(reader);
    }
}
