namespace Bus.Persistence.Outbox;

/// <summary>A cancel is ahead of the schedule that it cancels, which stands in the table still: sent now it would find nothing to cancel. It waits; that is no failure of the message.</summary>
internal sealed class ScheduleNotSentException(Guid messageId)
    : TimeoutException($"The cancel {messageId} waits until the message that it cancels has left the outbox.");
