namespace Bus.Persistence.Outbox;

/// <summary>A message in the tables that makes a schedule or cancels one.</summary>
/// <param name="Owner">Null for one whose order is promised.</param>
/// <param name="Place">Its sequence within the owner, or its position.</param>
/// <param name="EnqueuedAt">By the database's clock.</param>
/// <param name="Token">Of the schedule.</param>
/// <param name="IsCancel">Whether it takes it back.</param>
internal sealed record WaitingSchedule(Guid? Owner, long Place, long EnqueuedAt, string Token, bool IsCancel);
