namespace Bus.Core.Faults;

/// <summary>The names of all fault points, see <see cref="FaultPoint"/>.</summary>
public static class FaultPoints
{
    public const string BeforeInbox = "inbox.before";
    public const string AfterInbox = "inbox.after";
    public const string BeforeWork = "work.before";
    public const string AfterWork = "work.after";
    public const string BeforeCommit = "commit.before";
    public const string AfterCommit = "commit.after";
    public const string BeforeAcknowledge = "acknowledge.before";
    public const string AfterAcknowledge = "acknowledge.after";
    public const string BeforeRelayClaim = "relay.claim.before";
    public const string AfterRelayClaim = "relay.claim.after";
    public const string BeforeRelaySend = "relay.send.before";
    public const string AfterRelaySend = "relay.send.after";
    public const string AfterRelayConfirm = "relay.confirm.after";
    public const string BeforeRelayDelete = "relay.delete.before";
    public const string AfterRelayDelete = "relay.delete.after";
    public const string BeforeTimerTake = "timer.take.before";
    public const string AfterTimerTake = "timer.take.after";
    public const string BeforeTimerCommit = "timer.commit.before";
    public const string AfterTimerCommit = "timer.commit.after";
    public const string BeforeScheduleTake = "schedule.take.before";
    public const string AfterScheduleTake = "schedule.take.after";
    public const string BeforeScheduleCommit = "schedule.commit.before";
    public const string AfterScheduleCommit = "schedule.commit.after";
    public const string BeforeJobTurn = "job.turn.before";
    public const string AfterJobTurn = "job.turn.after";
    public const string AfterJobLine = "job.line.after";
    public const string AfterJobCount = "job.count.after";
    public const string AfterJobStep = "job.step.after";
    public const string BeforeLetterAcknowledge = "letter.acknowledge.before";
    public const string DuringQueueJoin = "queue.join";
    public const string BeforeQueueCommit = "queue.commit.before";
    public const string AfterQueueCommit = "queue.commit.after";
    public const string BeforeQueueHandOver = "queue.handover.before";
    public const string BeforeQueueAcknowledge = "queue.acknowledge.before";
}
