using Bus.ScenarioTests.DeadLetters;
using Bus.ScenarioTests.Images;
using Bus.ScenarioTests.Jobs;
using Bus.ScenarioTests.Queues;
using Bus.ScenarioTests.Schedules;
using Bus.ScenarioTests.Tallies;
using Bus.ScenarioTests.Timers;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Bus.ScenarioTests;

/// <summary>Runs the tests or, when called by one of them, a worker that it needs in a process of its own.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        [TallyWorker.Command, .. var settings] => TallyWorker.RunAsync(settings),
        [TimerWorker.Command, .. var settings] => TimerWorker.RunAsync(settings),
        [ScheduleWorker.Command, .. var settings] => ScheduleWorker.RunAsync(settings),
        [JobWorker.Command, .. var settings] => JobWorker.RunAsync(settings),
        [BlockingWorker.Command, .. var settings] => BlockingWorker.RunAsync(settings),
        [LetterWorker.Command, .. var settings] => LetterWorker.RunAsync(settings),
        [QueueWorker.Command, .. var settings] => QueueWorker.RunAsync(settings),
        [SamplePhotoWorker.Command, var folder] => SamplePhotoWorker.RunAsync(folder),
        _ when arguments.Any(x => x is "--server" or "--internal-msbuild-node") => TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(arguments),
    };
}
