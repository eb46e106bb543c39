namespace Bus.Settings;

/// <summary>How messages are written. Either kind of message is always understood, whatever is written.</summary>
public enum BusSerializer
{
    /// <summary>MassTransit's JSON envelope, by System.Text.Json.</summary>
    Json,

    /// <summary>A MessagePack envelope: smaller and faster, and only understood by Bus.</summary>
    MessagePack,
}
