using System.Security.Cryptography;
using System.Text;

namespace Bus.Scheduler.Declaring;

/// <summary>A schedule as the code declares it.</summary>
internal sealed record ScheduleDeclaration(string Name, ScheduleDefinition Definition, Type MessageType, object Message)
{
    /// <summary>The same as long as the declaration is.</summary>
    public string Fingerprint
    {
        get
        {
            var text = string.Join('\n', ScheduleJson.Write(Definition), ScheduleTypes.NameOf(MessageType), ScheduleJson.WriteMessage(Message, MessageType));
            return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }
}
