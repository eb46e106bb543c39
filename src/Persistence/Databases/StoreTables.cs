using Bus.Persistence.DeadLetters;
using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Persistence.Timers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Persistence.Databases;

/// <summary>The delimited names of the tables, from the service's own model.</summary>
internal sealed record StoreTables(string Inbox, string Outbox, string Ordered, string Timer, string Schedule, JobTables Jobs, string Lease, string InboxBareName)
{
    public string DeadLetter { get; init; } = StoreTableNames.DeadLetter;

    public string DeadLetterField { get; init; } = StoreTableNames.DeadLetterField;

    public string DeadLetterGroup { get; init; } = StoreTableNames.DeadLetterGroup;

    public string DeadLetterReplay { get; init; } = StoreTableNames.DeadLetterReplay;

    public static StoreTables From(DbContext context)
    {
        var sql = context.GetService<ISqlGenerationHelper>();
        return new StoreTables(
            Name<InboxState>(context, sql), Name<OutboxMessage>(context, sql), Name<OrderedOutboxMessage>(context, sql), Name<TimerRow>(context, sql), Name<ScheduleRow>(context, sql), JobTablesOf(context, sql), Name<LeaseRow>(context, sql),
            context.Model.FindEntityType(typeof(InboxState))!.GetTableName()!)
        {
            DeadLetter = Name<DeadLetterRow>(context, sql),
            DeadLetterField = Name<DeadLetterFieldRow>(context, sql),
            DeadLetterGroup = Name<DeadLetterGroupRow>(context, sql),
            DeadLetterReplay = Name<DeadLetterReplayRow>(context, sql),
        };
    }

    private static JobTables JobTablesOf(DbContext context, ISqlGenerationHelper sql) => new(
        Name<JobRow>(context, sql), Name<JobRunRow>(context, sql), Name<JobLineRow>(context, sql), Name<JobStepRow>(context, sql), Name<JobLogRow>(context, sql), Name<JobPauseRow>(context, sql), Name<JobLimitRow>(context, sql), Name<LeaseRow>(context, sql),
        Name<JobStatRow>(context, sql), Name<JobBatchRow>(context, sql))
    {
        Tag = Name<JobTagRow>(context, sql),
    };

    private static string Name<TEntity>(DbContext context, ISqlGenerationHelper sql)
    {
        var entity = context.Model.FindEntityType(typeof(TEntity))
            ?? throw new OutboxException(
                $"The model of '{context.GetType().Name}' has no table for '{typeof(TEntity).Name}': call modelBuilder.AddTransactionalOutboxEntities() in its OnModelCreating, and add a migration.");
        return sql.DelimitIdentifier(entity.GetTableName()!, entity.GetSchema());
    }
}
