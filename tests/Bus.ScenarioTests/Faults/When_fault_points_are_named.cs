using System.Reflection;
using Bus.Core.Faults;
using Bus.ScenarioTests.DeadLetters;
using Bus.ScenarioTests.Jobs;
using Bus.ScenarioTests.Queues;
using Bus.ScenarioTests.Schedules;
using Bus.ScenarioTests.Timers;
using Xunit;

namespace Bus.ScenarioTests.Faults;

public sealed class When_fault_points_are_named
{
    [Fact]
    public void Should_each_be_where_a_process_dies_in_a_test()
    {
        Type[] tests = [typeof(When_a_worker_dies_at_a_named_point), typeof(When_an_api_process_dies_at_a_named_point), typeof(When_a_process_dies_taking_over_from_the_dead), typeof(When_a_process_dies_at_a_named_point_of_a_queue_file), typeof(When_a_process_dies_firing_timers), typeof(When_processes_on_schedules_die), typeof(When_a_process_dies_running_jobs), typeof(When_a_process_dies_ending_jobs), typeof(When_a_process_dies_counting_a_batch), typeof(When_a_process_dies_between_steps), typeof(When_a_process_dies_taking_in_dead_letters)];
        var died = tests.SelectMany(x => x.GetMethods()).SelectMany(x => x.GetCustomAttributes<InlineDataAttribute>()).Select(x => x.Data[0]);

        Assert.Empty(typeof(FaultPoints).GetFields().Select(x => x.GetRawConstantValue()).Except(died));
    }
}
