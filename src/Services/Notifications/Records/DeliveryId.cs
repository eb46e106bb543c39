using System.Security.Cryptography;
using System.Text;

namespace Bus.Services.Notifications.Records;

/// <summary>
/// The ids of deliveries: a version 8 of RFC 9562 that begins as its notification's does, so that those of one notification stand together in the index, and goes on with 74 bits of a hash of all that makes it.
/// </summary>
internal static class DeliveryId
{
    public static Guid Of(Guid notification, string recipient, NotificationChannel channel)
    {
        Span<byte> name = stackalloc byte[16 + 1 + (DeliveryRecord.LongestRecipient * 3)];
        notification.TryWriteBytes(name, bigEndian: true, out _);
        name[16] = (byte)channel;
        var length = 17 + Encoding.UTF8.GetBytes(recipient, name[17..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name[..length], hash);
        name[..6].CopyTo(hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
