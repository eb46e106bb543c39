using Bus.Host.Commands;

namespace Bus.Host;

internal static class Program
{
    public static Task<int> Main(string[] arguments) => CommandLine.RunAsync(arguments);
}
