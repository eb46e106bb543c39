namespace Bus.Services.Notifications.Delivering;

/// <summary>The channel itself cannot be used now, whoever is to be told: no delivery is to blame, and none spends an attempt.</summary>
internal sealed class ChannelDownException(string message, Exception? inner = null) : Exception(message, inner);
