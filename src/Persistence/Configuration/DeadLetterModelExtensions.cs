using Bus.Persistence.DeadLetters;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.Persistence;

/// <summary>Adds the tables of dead letters to a service's own model.</summary>
public static class DeadLetterModelExtensions
{
    /// <summary>Adds the tables of the dead letters, of what they are searched by, of their groups, and of replays of many.</summary>
    /// <param name="modelBuilder">The builder given to <c>OnModelCreating</c>.</param>
    /// <param name="callback">Changes the mapping of each, for instance the schema; null changes nothing.</param>
    public static void AddDeadLetterEntities(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback = null)
    {
        var letter = modelBuilder.Entity<DeadLetterRow>();
        letter.ToTable(StoreTableNames.DeadLetter);
        letter.HasKey(row => row.Id);
        letter.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        letter.Property(row => row.SourceKey).HasColumnName("source_key").HasMaxLength(100);
        letter.Property(row => row.Kind).HasColumnName("kind");
        letter.Property(row => row.State).HasColumnName("state");
        letter.Property(row => row.Queue).HasColumnName("queue").HasMaxLength(400);
        letter.Property(row => row.MessageId).HasColumnName("message_id").HasMaxLength(200);
        letter.Property(row => row.CorrelationId).HasColumnName("correlation_id").HasMaxLength(200);
        letter.Property(row => row.MessageType).HasColumnName("message_type").HasMaxLength(400);
        letter.Property(row => row.ContentType).HasColumnName("content_type").HasMaxLength(200);
        letter.Property(row => row.Headers).HasColumnName("headers");
        letter.Property(row => row.Properties).HasColumnName("properties");
        letter.Property(row => row.Body).HasColumnName("body");
        letter.Property(row => row.Reason).HasColumnName("reason").HasMaxLength(100);
        letter.Property(row => row.ExceptionType).HasColumnName("exception_type").HasMaxLength(400);
        letter.Property(row => row.ExceptionMessage).HasColumnName("exception_message");
        letter.Property(row => row.Stack).HasColumnName("stack");
        letter.Property(row => row.Attempts).HasColumnName("attempts");
        letter.Property(row => row.Redeliveries).HasColumnName("redeliveries");
        letter.Property(row => row.Host).HasColumnName("host").HasMaxLength(200);
        letter.Property(row => row.FailedAt).HasColumnName("failed_at");
        letter.Property(row => row.StoredAt).HasColumnName("stored_at");
        letter.Property(row => row.GroupId).HasColumnName("group_id");
        letter.Property(row => row.ReplayOf).HasColumnName("replay_of");
        letter.Property(row => row.Replays).HasColumnName("replays");
        letter.Property(row => row.ClosedAt).HasColumnName("closed_at");
        letter.Property(row => row.Note).HasColumnName("note");
        letter.HasIndex(row => row.SourceKey).IsUnique();
        letter.HasIndex(row => new { row.State, row.GroupId, row.Id });
        letter.HasIndex(row => new { row.State, row.Id });
        letter.HasIndex(row => row.MessageId).HasFilter("message_id IS NOT NULL");
        letter.HasIndex(row => row.ClosedAt).HasFilter("closed_at IS NOT NULL");
        callback?.Invoke(letter);

        var field = modelBuilder.Entity<DeadLetterFieldRow>();
        field.ToTable(StoreTableNames.DeadLetterField);
        // In the order in which pages are asked for.
        field.HasKey(row => new { row.Name, row.Value, row.LetterId });
        field.Property(row => row.Name).HasColumnName("name").HasMaxLength(LetterFields.Longest);
        field.Property(row => row.Value).HasColumnName("value").HasMaxLength(LetterFields.Longest);
        field.Property(row => row.LetterId).HasColumnName("letter_id");
        field.HasOne<DeadLetterRow>().WithMany().HasForeignKey(row => row.LetterId).OnDelete(DeleteBehavior.Cascade);
        callback?.Invoke(field);
        modelBuilder.AddDeadLetterParts(callback);
    }

    private static void AddDeadLetterParts(this ModelBuilder modelBuilder, Action<EntityTypeBuilder>? callback)
    {
        var group = modelBuilder.Entity<DeadLetterGroupRow>();
        group.ToTable(StoreTableNames.DeadLetterGroup);
        group.HasKey(row => row.Id);
        group.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        group.Property(row => row.Title).HasColumnName("title").HasMaxLength(500);
        group.Property(row => row.Frames).HasColumnName("frames");
        group.Property(row => row.FirstSeen).HasColumnName("first_seen");
        group.Property(row => row.LastSeen).HasColumnName("last_seen");
        group.Property(row => row.Status).HasColumnName("status");
        group.Property(row => row.Owner).HasColumnName("owner").HasMaxLength(200);
        group.Property(row => row.Note).HasColumnName("note");
        callback?.Invoke(group);

        var replay = modelBuilder.Entity<DeadLetterReplayRow>();
        replay.ToTable(StoreTableNames.DeadLetterReplay);
        replay.HasKey(row => row.Id);
        replay.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        replay.Property(row => row.Action).HasColumnName("action");
        replay.Property(row => row.State).HasColumnName("state");
        replay.Property(row => row.Query).HasColumnName("query");
        replay.Property(row => row.Canary).HasColumnName("canary");
        replay.Property(row => row.PerSecond).HasColumnName("per_second");
        replay.Property(row => row.Queue).HasColumnName("queue").HasMaxLength(400);
        replay.Property(row => row.Reason).HasColumnName("reason");
        replay.Property(row => row.Matched).HasColumnName("matched");
        replay.Property(row => row.Succeeded).HasColumnName("succeeded");
        replay.Property(row => row.Failed).HasColumnName("failed");
        replay.Property(row => row.Refused).HasColumnName("refused");
        replay.Property(row => row.Error).HasColumnName("error");
        replay.Property(row => row.Position).HasColumnName("position");
        replay.Property(row => row.CreatedAt).HasColumnName("created_at");
        replay.Property(row => row.EndedAt).HasColumnName("ended_at");
        replay.HasIndex(row => row.State);
        callback?.Invoke(replay);
    }
}
