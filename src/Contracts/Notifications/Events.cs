namespace Bus.Contracts.Notifications;

/// <summary>The notification is written down, and each delivery waits in its channel's queue: from here on it is told or its failure is recorded.</summary>
public sealed record NotificationAccepted(Guid NotificationId, string Template, Guid? Subject, int Deliveries);

/// <summary>The notification can be told to nobody, for a <paramref name="Reason"/> that a person understands: no such template, a field without a value.</summary>
public sealed record NotificationRejected(Guid NotificationId, string Template, Guid? Subject, string Reason);
