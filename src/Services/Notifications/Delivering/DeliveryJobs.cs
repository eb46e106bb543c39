namespace Bus.Services.Notifications.Delivering;

/// <summary>The job that sends one e-mail.</summary>
/// <param name="Delivery">Which delivery.</param>
public sealed record DeliverEmail(Guid Delivery);

/// <summary>The job that hands one text message to the provider.</summary>
/// <param name="Delivery">Which delivery.</param>
public sealed record DeliverSms(Guid Delivery);

/// <summary>The job that makes the signed call of one push delivery.</summary>
/// <param name="Delivery">Which delivery.</param>
public sealed record DeliverPush(Guid Delivery);

/// <summary>The job that looks, when the provider has had its time, whether it has said anything of a text message.</summary>
/// <param name="Delivery">Which delivery.</param>
public sealed record ConfirmSms(Guid Delivery);
