using Bus.Persistence.Inbox;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Persistence.Timers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.Persistence;

/// <summary>Adds the tables of the outbox, the inbox, the timers, the schedules and the leases to a service's own model, so that they commit with its data.</summary>
public static class TransactionalOutboxModelExtensions
{
    /// <summary>Adds all tables: <c>bus_inbox</c>, <c>bus_outbox</c>, <c>bus_outbox_ordered</c>, <c>bus_timer</c>, <c>bus_schedule</c>, <c>bus_schedule_run</c>, the tables of jobs (<c>bus_job</c> and those whose names begin with <c>bus_job_</c>), the tables of dead letters (<c>bus_dead_letter</c>, likewise) and <c>bus_lease</c>.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping of each table, for instance its schema; null changes nothing.</param>
    public static void AddTransactionalOutboxEntities(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback = null)
    {
        modelBuilder.AddInboxStateEntity(callback);
        modelBuilder.AddOutboxMessageEntity(callback);
        modelBuilder.AddOutboxStateEntity(callback);
        modelBuilder.AddTimerEntity(callback);
        modelBuilder.AddScheduleEntities(callback);
        modelBuilder.AddJobEntities(callback);
        modelBuilder.AddDeadLetterEntities(callback);
        callback?.Invoke(modelBuilder.Entity<OrderedOutboxMessage>());
    }

    /// <summary>Adds the table of what waits for its time.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping, for instance the table's name or schema; null changes nothing.</param>
    public static void AddTimerEntity(this ModelBuilder modelBuilder, Action<EntityTypeBuilder<TimerRow>>? callback = null)
    {
        var timer = modelBuilder.Entity<TimerRow>();
        timer.ToTable(StoreTableNames.Timer);
        timer.HasKey(row => row.Token);
        timer.Property(row => row.Token).HasColumnName("token").ValueGeneratedNever();
        timer.Property(row => row.DueAt).HasColumnName("due_at");
        timer.Property(row => row.MessageId).HasColumnName("message_id");
        timer.Property(row => row.Destination).HasColumnName("destination");
        timer.Property(row => row.Metadata).HasColumnName("metadata");
        timer.Property(row => row.Body).HasColumnName("body");
        timer.Property(row => row.OrderKey).HasColumnName("order_key").HasMaxLength(400);
        timer.Property(row => row.CreatedAt).HasColumnName("created_at");
        timer.Property(row => row.ParkedAt).HasColumnName("parked_at");
        timer.Property(row => row.Error).HasColumnName("error");
        timer.HasIndex(row => row.DueAt);
        // Of a million that wait, the few that are asked for otherwise.
        timer.HasIndex(row => row.ParkedAt).HasFilter("parked_at IS NOT NULL");
        timer.HasIndex(row => new { row.OrderKey, row.DueAt }).HasFilter("order_key IS NOT NULL");
        callback?.Invoke(timer);
    }

    /// <summary>Adds the tables of the recurring schedules and of their runs.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping of both, for instance the schema; null changes nothing.</param>
    public static void AddScheduleEntities(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback = null)
    {
        var schedule = modelBuilder.Entity<ScheduleRow>();
        schedule.ToTable(StoreTableNames.Schedule);
        schedule.HasKey(row => row.Name);
        schedule.Property(row => row.Name).HasColumnName("name").HasMaxLength(200);
        schedule.Property(row => row.Id).HasColumnName("id");
        schedule.Property(row => row.Definition).HasColumnName("definition");
        schedule.Property(row => row.MessageType).HasColumnName("message_type").HasMaxLength(400);
        schedule.Property(row => row.Message).HasColumnName("message");
        schedule.Property(row => row.State).HasColumnName("state");
        schedule.Property(row => row.DeclaredBy).HasColumnName("declared_by").HasMaxLength(200);
        schedule.Property(row => row.Revision).HasColumnName("revision");
        schedule.Property(row => row.Fingerprint).HasColumnName("fingerprint").HasMaxLength(64);
        schedule.Property(row => row.AnchorAt).HasColumnName("anchor_at");
        schedule.Property(row => row.LastAt).HasColumnName("last_at");
        schedule.Property(row => row.NextAt).HasColumnName("next_at");
        schedule.Property(row => row.DueAt).HasColumnName("due_at");
        schedule.Property(row => row.Runs).HasColumnName("runs");
        schedule.Property(row => row.HistoryFrom).HasColumnName("history_from");
        schedule.Property(row => row.ActiveRun).HasColumnName("active_run");
        schedule.Property(row => row.ActiveSince).HasColumnName("active_since");
        schedule.Property(row => row.WaitingAt).HasColumnName("waiting_at");
        schedule.Property(row => row.Error).HasColumnName("error");
        schedule.Property(row => row.Version).HasColumnName("version").IsConcurrencyToken();
        schedule.HasIndex(row => row.DueAt);
        callback?.Invoke(schedule);

        var run = modelBuilder.Entity<ScheduleRunRow>();
        run.ToTable(StoreTableNames.ScheduleRun);
        run.HasKey(row => new { row.Schedule, row.PlannedAt, row.Kind });
        run.Property(row => row.Schedule).HasColumnName("schedule").HasMaxLength(200);
        run.Property(row => row.PlannedAt).HasColumnName("planned_at").ValueGeneratedNever();
        run.Property(row => row.Kind).HasColumnName("kind").ValueGeneratedNever();
        run.Property(row => row.Outcome).HasColumnName("outcome");
        run.Property(row => row.MessageId).HasColumnName("message_id");
        run.Property(row => row.FiredAt).HasColumnName("fired_at");
        run.Property(row => row.EndedAt).HasColumnName("ended_at");
        run.Property(row => row.Duration).HasColumnName("duration");
        run.Property(row => row.CancelRequested).HasColumnName("cancel_requested");
        run.Property(row => row.Note).HasColumnName("note");
        callback?.Invoke(run);
    }

    /// <summary>Adds the inbox table.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping, for instance the table's name or schema; null changes nothing.</param>
    public static void AddInboxStateEntity(this ModelBuilder modelBuilder, Action<EntityTypeBuilder<InboxState>>? callback = null)
    {
        var inbox = modelBuilder.Entity<InboxState>();
        inbox.ToTable(StoreTableNames.Inbox);
        inbox.HasKey(row => new { row.MessageId, row.ConsumerId });
        inbox.Property(row => row.MessageId).HasColumnName("message_id").ValueGeneratedNever();
        inbox.Property(row => row.ConsumerId).HasColumnName("consumer_id").ValueGeneratedNever();
        inbox.Property(row => row.ReceivedAt).HasColumnName("received_at");
        inbox.HasIndex(row => row.ReceivedAt);
        callback?.Invoke(inbox);
    }

    /// <summary>Adds the outbox table.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping, for instance the table's name or schema; null changes nothing.</param>
    public static void AddOutboxMessageEntity(this ModelBuilder modelBuilder, Action<EntityTypeBuilder<OutboxMessage>>? callback = null)
    {
        var outbox = modelBuilder.Entity<OutboxMessage>();
        outbox.ToTable(StoreTableNames.Outbox);
        outbox.HasKey(row => new { row.OwnerId, row.Sequence });
        outbox.Property(row => row.OwnerId).HasColumnName("owner_id").ValueGeneratedNever();
        outbox.Property(row => row.Sequence).HasColumnName("sequence").ValueGeneratedNever();
        outbox.Property(row => row.MessageId).HasColumnName("message_id");
        outbox.Property(row => row.Destination).HasColumnName("destination");
        outbox.Property(row => row.Metadata).HasColumnName("metadata");
        outbox.Property(row => row.Body).HasColumnName("body");
        outbox.Property(row => row.EnqueuedAt).HasColumnName("enqueued_at");
        outbox.Property(row => row.ParkedAt).HasColumnName("parked_at");
        outbox.Property(row => row.Error).HasColumnName("error");
        callback?.Invoke(outbox);
    }

    /// <summary>Adds what the relay keeps beside the messages: the table of ordered messages and the table of leases.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping of the leases; null changes nothing.</param>
    public static void AddOutboxStateEntity(this ModelBuilder modelBuilder, Action<EntityTypeBuilder<LeaseRow>>? callback = null)
    {
        var ordered = modelBuilder.Entity<OrderedOutboxMessage>();
        ordered.ToTable(StoreTableNames.OrderedOutbox);
        ordered.HasKey(row => row.Position);
        ordered.Property(row => row.Position).HasColumnName("position").ValueGeneratedOnAdd();
        ordered.Property(row => row.OrderKey).HasColumnName("order_key").HasMaxLength(400);
        ordered.Property(row => row.MessageId).HasColumnName("message_id");
        ordered.Property(row => row.Destination).HasColumnName("destination");
        ordered.Property(row => row.Metadata).HasColumnName("metadata");
        ordered.Property(row => row.Body).HasColumnName("body");
        ordered.Property(row => row.EnqueuedAt).HasColumnName("enqueued_at");
        ordered.Property(row => row.ParkedAt).HasColumnName("parked_at");
        ordered.Property(row => row.Error).HasColumnName("error");

        var lease = modelBuilder.Entity<LeaseRow>();
        lease.ToTable(StoreTableNames.Lease);
        lease.HasKey(row => row.Name);
        lease.Property(row => row.Name).HasColumnName("name").HasMaxLength(200);
        lease.Property(row => row.Holder).HasColumnName("holder");
        lease.Property(row => row.Term).HasColumnName("term");
        lease.Property(row => row.ExpiresAt).HasColumnName("expires_at");
        lease.Property(row => row.HolderName).HasColumnName("holder_name").HasMaxLength(200);
        callback?.Invoke(lease);
    }
}
