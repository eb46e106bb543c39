using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.Persistence;

/// <summary>Adds the tables of jobs to a service's own model.</summary>
public static class JobModelExtensions
{
    // Computed, so that whatever ends a job or runs it again has it right. Not before an idempotency key or a name has had its time.
    private const string RemoveAt =
        "CASE WHEN state IN (3, 6) AND keep_for > 0 THEN CASE WHEN coalesce(kept_until, unique_until) > ended_at + keep_for THEN coalesce(kept_until, unique_until) ELSE ended_at + keep_for END END";

    /// <summary>Adds the tables of the jobs.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping of each, for instance the schema; null changes nothing.</param>
    public static void AddJobEntities(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback = null)
    {
        var job = modelBuilder.Entity<JobRow>();
        job.ToTable(StoreTableNames.Job);
        job.HasKey(row => row.Id);
        job.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        job.Property(row => row.Type).HasColumnName("type").HasMaxLength(400);
        job.Property(row => row.Queue).HasColumnName("queue").HasMaxLength(200);
        job.Property(row => row.Arguments).HasColumnName("arguments");
        job.Property(row => row.State).HasColumnName("state");
        job.Property(row => row.Priority).HasColumnName("priority");
        job.Property(row => row.Rank).HasColumnName("rank");
        job.Property(row => row.DueAt).HasColumnName("due_at");
        job.Property(row => row.Attempts).HasColumnName("attempts");
        job.Property(row => row.Claims).HasColumnName("claims");
        job.Property(row => row.Crashes).HasColumnName("crashes");
        job.Property(row => row.OwnerId).HasColumnName("owner_id");
        job.Property(row => row.Node).HasColumnName("node").HasMaxLength(200);
        job.Property(row => row.CancelRequested).HasColumnName("cancel_requested");
        job.Property(row => row.CreatedAt).HasColumnName("created_at");
        job.Property(row => row.StartedAt).HasColumnName("started_at");
        job.Property(row => row.EndedAt).HasColumnName("ended_at");
        job.Property(row => row.StartBefore).HasColumnName("start_before");
        job.Property(row => row.Timeout).HasColumnName("timeout");
        job.Property(row => row.OrderKey).HasColumnName("order_key").HasMaxLength(400);
        job.Property(row => row.OrderPolicy).HasColumnName("order_policy");
        job.Property(row => row.UniqueKey).HasColumnName("unique_key").HasMaxLength(650);
        job.Property(row => row.UniqueWhile).HasColumnName("unique_while");
        job.Property(row => row.UniqueUntil).HasColumnName("unique_until");
        job.Property(row => row.KeptUntil).HasColumnName("kept_until");
        job.Property(row => row.KeepFor).HasColumnName("keep_for");
        job.Property(row => row.RemoveAt).HasColumnName("remove_at").HasComputedColumnSql(RemoveAt, stored: true);
        job.Property(row => row.Tags).HasColumnName("tags");
        job.Property(row => row.UniqueName).HasColumnName("unique_name").HasMaxLength(650);
        job.Property(row => row.Callback).HasColumnName("callback").HasMaxLength(2_000);
        job.Property(row => row.BatchId).HasColumnName("batch_id");
        job.Property(row => row.Tenant).HasColumnName("tenant").HasMaxLength(190);
        job.Property(row => row.MessageId).HasColumnName("message_id");
        job.Property(row => row.ConsumerId).HasColumnName("consumer_id");
        job.Property(row => row.LimitKey).HasColumnName("limit_key").HasMaxLength(190);
        job.Property(row => row.Result).HasColumnName("result");
        job.Property(row => row.Error).HasColumnName("error");
        job.Property(row => row.Progress).HasColumnName("progress");
        job.Property(row => row.Note).HasColumnName("note");
        // Each holds only the rows that wait for what it is asked for.
        // The tenant and the limit key are in it for those that have none: they are found without a look at the rows of the others.
        // With the id, a page of what waits is found without the table, where a database has its rows elsewhere.
        string[] id = [nameof(JobRow.Id)];
        job.HasIndex(row => new { row.Queue, row.Type, row.Rank, row.Tenant, row.LimitKey }).HasFilter("state = 1").HasAnnotation("Npgsql:IndexInclude", id);
        job.HasIndex(row => new { row.Queue, row.Type, row.Tenant, row.Rank, row.LimitKey }).HasFilter("state = 1 AND tenant IS NOT NULL").HasAnnotation("Npgsql:IndexInclude", id);
        job.HasIndex(row => new { row.Queue, row.Type, row.LimitKey, row.Tenant, row.Rank }).HasFilter("state = 1 AND limit_key IS NOT NULL");
        job.HasIndex(row => row.Queue).HasFilter("state = 1 AND crashes > 1");
        job.HasIndex(row => row.DueAt).HasFilter("due_at IS NOT NULL");
        job.HasIndex(row => row.OwnerId).HasFilter("owner_id IS NOT NULL");
        job.HasIndex(row => row.UniqueKey).IsUnique().HasFilter("unique_key IS NOT NULL");
        job.HasIndex(row => new { row.State, row.EndedAt }).HasFilter("ended_at IS NOT NULL AND keep_for IS NULL");
        // Either this one or the one before: whoever says how long it is kept costs no entry more.
        job.HasIndex(row => row.RemoveAt).HasFilter("ended_at IS NOT NULL AND keep_for IS NOT NULL");
        // For lists. The first never changes, so that only enqueueing pays for it; the second has a job when it is at rest.
        job.HasIndex(row => new { row.Queue, row.Type, row.Id });
        job.HasIndex(row => new { row.Queue, row.Type, row.State, row.Id }).HasFilter("state IN (0, 3, 4, 5, 6, 7)");
        job.HasIndex(row => new { row.BatchId, row.State, row.Id, row.Queue, row.Type, row.Tenant }).HasFilter("batch_id IS NOT NULL");
        job.HasIndex(row => new { row.Tenant, row.Queue, row.Type, row.State, row.Id }).HasFilter("tenant IS NOT NULL");
        // Of messages that are tracked: a job is in neither.
        job.HasIndex(row => new { row.MessageId, row.ConsumerId }).IsUnique().HasFilter("message_id IS NOT NULL");
        job.HasIndex(row => new { row.Queue, row.MessageId }).HasFilter("state = 2 AND message_id IS NOT NULL");
        callback?.Invoke(job);
        modelBuilder.AddJobParts(callback);
        modelBuilder.AddJobBatch(callback);
    }

    private static void AddJobParts(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback)
    {
        var run = modelBuilder.Entity<JobRunRow>();
        run.ToTable(StoreTableNames.JobRun);
        run.HasKey(row => new { row.JobId, row.Claim });
        run.Property(row => row.JobId).HasColumnName("job_id").ValueGeneratedNever();
        run.Property(row => row.Claim).HasColumnName("claim").ValueGeneratedNever();
        run.Property(row => row.Outcome).HasColumnName("outcome");
        run.Property(row => row.Node).HasColumnName("node").HasMaxLength(200);
        run.Property(row => row.StartedAt).HasColumnName("started_at");
        run.Property(row => row.EndedAt).HasColumnName("ended_at");
        run.Property(row => row.Error).HasColumnName("error");
        callback?.Invoke(run);

        var line = modelBuilder.Entity<JobLineRow>();
        line.ToTable(StoreTableNames.JobLine);
        line.HasKey(row => row.Position);
        line.Property(row => row.Position).HasColumnName("position").ValueGeneratedOnAdd();
        line.Property(row => row.OrderKey).HasColumnName("order_key").HasMaxLength(400);
        line.Property(row => row.JobId).HasColumnName("job_id");
        line.Property(row => row.Active).HasColumnName("active");
        line.HasIndex(row => new { row.OrderKey, row.Active, row.Position });
        line.HasIndex(row => row.JobId).IsUnique();
        callback?.Invoke(line);

        var step = modelBuilder.Entity<JobStepRow>();
        step.ToTable(StoreTableNames.JobStep);
        step.HasKey(row => new { row.JobId, row.Name });
        step.Property(row => row.JobId).HasColumnName("job_id").ValueGeneratedNever();
        step.Property(row => row.Name).HasColumnName("name").HasMaxLength(200);
        step.Property(row => row.Result).HasColumnName("result");
        step.Property(row => row.EndedAt).HasColumnName("ended_at");
        callback?.Invoke(step);

        var log = modelBuilder.Entity<JobLogRow>();
        log.ToTable(StoreTableNames.JobLog);
        log.HasKey(row => new { row.JobId, row.Claim, row.Number });
        log.Property(row => row.JobId).HasColumnName("job_id").ValueGeneratedNever();
        log.Property(row => row.Claim).HasColumnName("claim").ValueGeneratedNever();
        log.Property(row => row.Number).HasColumnName("number").ValueGeneratedNever();
        log.Property(row => row.At).HasColumnName("at");
        log.Property(row => row.Level).HasColumnName("level");
        log.Property(row => row.Text).HasColumnName("text").HasMaxLength(JobLogRow.LongestText);
        callback?.Invoke(log);

        var pause = modelBuilder.Entity<JobPauseRow>();
        pause.ToTable(StoreTableNames.JobPause);
        pause.HasKey(row => new { row.Kind, row.Name });
        pause.Property(row => row.Kind).HasColumnName("kind").ValueGeneratedNever();
        pause.Property(row => row.Name).HasColumnName("name").HasMaxLength(400);
        callback?.Invoke(pause);

        modelBuilder.AddJobLimit(callback);
        modelBuilder.AddJobStat(callback);
        modelBuilder.AddJobTag(callback);
    }

    private static void AddJobLimit(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback)
    {
        var limit = modelBuilder.Entity<JobLimitRow>();
        limit.ToTable(StoreTableNames.JobLimit);
        // SQL Server clusters by shorter keys only.
        limit.HasKey(row => new { row.Name, row.LimitKey }).HasAnnotation("SqlServer:Clustered", false);
        limit.Property(row => row.Name).HasColumnName("name").HasMaxLength(400);
        limit.Property(row => row.LimitKey).HasColumnName("limit_key").HasMaxLength(190);
        limit.Property(row => row.FreeAt).HasColumnName("free_at");
        limit.Property(row => row.RestsUntil).HasColumnName("rests_until");
        limit.Property(row => row.ProbeUntil).HasColumnName("probe_until");
        limit.HasIndex(row => row.RestsUntil).HasFilter("rests_until IS NOT NULL");
        callback?.Invoke(limit);
    }

    private static void AddJobTag(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback)
    {
        var tag = modelBuilder.Entity<JobTagRow>();
        tag.ToTable(StoreTableNames.JobTag);
        tag.HasKey(row => new { row.JobId, row.Tag });
        tag.Property(row => row.JobId).HasColumnName("job_id").ValueGeneratedNever();
        tag.Property(row => row.Tag).HasColumnName("tag").HasMaxLength(JobTagRow.LongestTag);
        tag.HasIndex(row => new { row.Tag, row.JobId });
        callback?.Invoke(tag);
    }

    private static void AddJobStat(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback)
    {
        var stat = modelBuilder.Entity<JobStatRow>();
        stat.ToTable(StoreTableNames.JobStat);
        // SQL Server clusters by shorter keys only.
        stat.HasKey(row => new { row.Span, row.Minute, row.Queue, row.Type, row.Node }).HasAnnotation("SqlServer:Clustered", false);
        stat.Property(row => row.Span).HasColumnName("span").ValueGeneratedNever();
        stat.Property(row => row.Minute).HasColumnName("minute").ValueGeneratedNever();
        stat.Property(row => row.Queue).HasColumnName("queue").HasMaxLength(200);
        stat.Property(row => row.Type).HasColumnName("type").HasMaxLength(400);
        stat.Property(row => row.Node).HasColumnName("node").HasMaxLength(200);
        stat.Property(row => row.Runs).HasColumnName("runs");
        stat.Property(row => row.Succeeded).HasColumnName("succeeded");
        stat.Property(row => row.Failed).HasColumnName("failed");
        stat.Property(row => row.Dead).HasColumnName("dead");
        stat.Property(row => row.Cancelled).HasColumnName("cancelled");
        stat.Property(row => row.Crashed).HasColumnName("crashed");
        stat.Property(row => row.RunMs).HasColumnName("run_ms");
        stat.Property(row => row.WaitMs).HasColumnName("wait_ms");
        stat.Property(row => row.MaxRunMs).HasColumnName("max_run_ms");
        callback?.Invoke(stat);
    }

    private static void AddJobBatch(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback)
    {
        var batch = modelBuilder.Entity<JobBatchRow>();
        batch.ToTable(StoreTableNames.JobBatch);
        batch.HasKey(row => row.Id);
        batch.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        batch.Property(row => row.Name).HasColumnName("name").HasMaxLength(200);
        batch.Property(row => row.Tenant).HasColumnName("tenant").HasMaxLength(190);
        batch.Property(row => row.CreatedAt).HasColumnName("created_at");
        batch.Property(row => row.Total).HasColumnName("total");
        batch.Property(row => row.Succeeded).HasColumnName("succeeded");
        batch.Property(row => row.Dead).HasColumnName("dead");
        batch.Property(row => row.Cancelled).HasColumnName("cancelled");
        batch.Property(row => row.ClosedAt).HasColumnName("closed_at");
        batch.Property(row => row.FirstFailedAt).HasColumnName("first_failed_at");
        batch.Property(row => row.DoneAt).HasColumnName("done_at");
        batch.Property(row => row.SucceededAt).HasColumnName("succeeded_at");
        batch.Property(row => row.FailedType).HasColumnName("failed_type").HasMaxLength(400);
        batch.Property(row => row.FailedQueue).HasColumnName("failed_queue").HasMaxLength(200);
        batch.Property(row => row.FailedArguments).HasColumnName("failed_arguments");
        batch.Property(row => row.DoneType).HasColumnName("done_type").HasMaxLength(400);
        batch.Property(row => row.DoneQueue).HasColumnName("done_queue").HasMaxLength(200);
        batch.Property(row => row.DoneArguments).HasColumnName("done_arguments");
        batch.Property(row => row.SucceededType).HasColumnName("succeeded_type").HasMaxLength(400);
        batch.Property(row => row.SucceededQueue).HasColumnName("succeeded_queue").HasMaxLength(200);
        batch.Property(row => row.SucceededArguments).HasColumnName("succeeded_arguments");
        batch.HasIndex(row => row.DoneAt).HasFilter("done_at IS NOT NULL");
        callback?.Invoke(batch);
    }
}
