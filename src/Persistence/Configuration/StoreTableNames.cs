namespace Bus.Persistence;

/// <summary>The tables' names unless a mapping callback changes them.</summary>
internal static class StoreTableNames
{
    public const string Inbox = "bus_inbox";
    public const string Outbox = "bus_outbox";
    public const string OrderedOutbox = "bus_outbox_ordered";
    public const string Timer = "bus_timer";
    public const string Schedule = "bus_schedule";
    public const string ScheduleRun = "bus_schedule_run";
    public const string Lease = "bus_lease";
}
