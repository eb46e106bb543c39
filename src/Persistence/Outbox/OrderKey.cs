namespace Bus.Persistence.Outbox;

/// <summary>The payload that asks for order, see <see cref="OrderKeyExtensions.SetOrderKey"/>.</summary>
internal sealed record OrderKey(string Value);
