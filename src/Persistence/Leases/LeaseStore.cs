using System.Globalization;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Leases;

/// <summary>The acts on a lease. Each is one conditional statement, so that two processes cannot both succeed. The caller must not hold the write gate.</summary>
internal static class LeaseStore
{
    /// <summary>Takes the lease when it is free, expired, or held by the same holder; the term grows by one.</summary>
    /// <returns>The fencing term, or null while another holds it.</returns>
    public static async Task<long?> AcquireAsync(
        StoreSession session, string name, Guid holder, string holderName, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var turn = await session.Gate.EnterAsync(cancellationToken);
        var term = await session.ScalarAsync(
            session.Dialect.Statements.LeaseAcquire, cancellationToken, name, holder, (long)duration.TotalMilliseconds, holderName);
        return term is null or DBNull ? null : Convert.ToInt64(term, CultureInfo.InvariantCulture);
    }

    /// <returns>False when another has taken it.</returns>
    public static async Task<bool> RenewAsync(StoreSession session, string name, Guid holder, long term, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var turn = await session.Gate.EnterAsync(cancellationToken);
        return await session.ExecuteAsync(session.Dialect.Statements.LeaseRenew, cancellationToken, name, holder, term, (long)duration.TotalMilliseconds) == 1;
    }

    public static async Task ReleaseAsync(StoreSession session, string name, Guid holder, long term, CancellationToken cancellationToken)
    {
        using var turn = await session.Gate.EnterAsync(cancellationToken);
        await session.ExecuteAsync(session.Dialect.Statements.LeaseRelease, cancellationToken, name, holder, term);
    }
}
