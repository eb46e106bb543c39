using System.Buffers.Binary;

namespace Bus.Services.Orders.Checkout;

/// <summary>The short name of an order, to be read out over the telephone: 60 bits of chance out of its id, in letters and digits that are not taken for each other. Pure.</summary>
internal static class OrderNumber
{
    // https://www.crockford.com/base32.html
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Such as <c>7Q2M-0XKD-9TB4</c>; the same id has the same.</summary>
    public static string Of(Guid orderId)
    {
        // The last 62 bits of a version 7 id are chance.
        var bits = BinaryPrimitives.ReadUInt64BigEndian(orderId.ToByteArray(bigEndian: true).AsSpan(8));
        Span<char> text = stackalloc char[14];
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (i is 4 or 9)
            {
                text[i] = '-';
                continue;
            }

            text[i] = Digits[(int)(bits & 31)];
            bits >>= 5;
        }

        return new string(text);
    }
}
