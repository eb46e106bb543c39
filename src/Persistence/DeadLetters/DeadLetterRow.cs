namespace Bus.Persistence.DeadLetters;

/// <summary>A message that nobody could handle, or a job that is dead. The class maps the table; instants are Unix milliseconds.</summary>
public sealed class DeadLetterRow
{
    /// <summary>Its id; later ones are greater.</summary>
    public Guid Id { get; set; }

    /// <summary>What it was made of; of two that came from the same failure one is kept.</summary>
    public string SourceKey { get; set; } = "";

    /// <summary>0 a message, 1 a job.</summary>
    public int Kind { get; set; }

    /// <summary>0 open, 1 replayed, 2 discarded.</summary>
    public int State { get; set; }

    /// <summary>Where it was to be handled.</summary>
    public string Queue { get; set; } = "";

    /// <summary>The id of the message, or of the job; null when it had none.</summary>
    public string? MessageId { get; set; }

    /// <summary>The correlation id; null when it had none.</summary>
    public string? CorrelationId { get; set; }

    /// <summary>The first of its message types, or the type of the job; null when it does not say.</summary>
    public string? MessageType { get; set; }

    /// <summary>What the body is written in; null when it does not say.</summary>
    public string? ContentType { get; set; }

    /// <summary>The transport's headers as JSON.</summary>
    public string Headers { get; set; } = "{}";

    /// <summary>The transport's properties as JSON, for those that go with a replay.</summary>
    public string Properties { get; set; } = "{}";

    /// <summary>The message as it came, or the arguments of the job.</summary>
    public byte[] Body { get; set; } = [];

    /// <summary>Why it is here, in a word.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The exception's type; null where there was none.</summary>
    public string? ExceptionType { get; set; }

    /// <summary>What it said.</summary>
    public string? ExceptionMessage { get; set; }

    /// <summary>Where it was thrown.</summary>
    public string? Stack { get; set; }

    /// <summary>How often it was tried at its last delivery; null when that is not known.</summary>
    public int? Attempts { get; set; }

    /// <summary>How often it was put off before; null when that is not known.</summary>
    public int? Redeliveries { get; set; }

    /// <summary>The machine and process where it failed.</summary>
    public string? Host { get; set; }

    /// <summary>When it failed; null when that is not known.</summary>
    public long? FailedAt { get; set; }

    /// <summary>When it came here.</summary>
    public long StoredAt { get; set; }

    /// <summary>See <see cref="DeadLetterGroupRow"/>.</summary>
    public Guid GroupId { get; set; }

    /// <summary>The letter whose replay failed again; null when it is none's.</summary>
    public Guid? ReplayOf { get; set; }

    /// <summary>How often it was replayed, the replays of the letters before it among them.</summary>
    public int Replays { get; set; }

    /// <summary>When it was replayed or discarded; null while it is open.</summary>
    public long? ClosedAt { get; set; }

    /// <summary>Why it was discarded, or where it was replayed to if that is another queue.</summary>
    public string? Note { get; set; }
}
