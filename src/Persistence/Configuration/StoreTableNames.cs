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
    public const string Job = "bus_job";
    public const string JobRun = "bus_job_run";
    public const string JobLine = "bus_job_line";
    public const string JobStep = "bus_job_step";
    public const string JobLog = "bus_job_log";
    public const string JobTag = "bus_job_tag";
    public const string JobPause = "bus_job_pause";
    public const string JobLimit = "bus_job_limit";
    public const string JobStat = "bus_job_stat";

    public const string JobBatch = "bus_job_batch";
    public const string DeadLetter = "bus_dead_letter";
    public const string DeadLetterField = "bus_dead_letter_field";
    public const string DeadLetterGroup = "bus_dead_letter_group";
    public const string DeadLetterReplay = "bus_dead_letter_replay";
    public const string Lease = "bus_lease";
}
