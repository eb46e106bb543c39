using Bus.Jobs.Running;
using Xunit;

namespace Bus.UnitTests.Jobs;

public sealed class When_somebody_waits_for_a_job
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Guid _job = Guid.CreateVersion7();
    private readonly List<string> _told = [];
    private readonly JobWaiters _here;
    private readonly JobWaiters _there;

    public When_somebody_waits_for_a_job()
    {
        _there = new JobWaiters(word => Tell(_here!, word), Second);
        _here = new JobWaiters(word => Tell(_there, word), Second);
    }

    [Fact]
    public void Should_be_told_what_another_process_does_about_it()
    {
        var told = _here.WhenTold(_job);
        _here.Ask(_job);

        _there.Tell(_job);
        Assert.True(told.IsCompleted);
        told = _here.WhenTold(_job);
        _there.Ended(_job);
        Assert.True(told.IsCompleted);
    }

    [Fact]
    public void Should_be_told_of_an_end_that_came_before_the_question()
    {
        var told = _here.WhenTold(_job);
        _there.Ended(_job);
        Assert.False(told.IsCompleted);

        _here.Ask(_job);
        Assert.True(told.IsCompleted);
    }

    [Fact]
    public void Should_tell_others_nothing_that_nobody_has_asked_for()
    {
        _there.Ended(_job);
        _there.Tell(_job);
        _there.Ended(Guid.CreateVersion7());

        Assert.Empty(_told);
    }

    [Fact]
    public void Should_answer_once_for_each_question_about_an_end()
    {
        _here.Ask(_job);
        _there.Ended(_job);
        _there.Ended(_job);

        Assert.Equal([$"?:{_job:N}", $"!:{_job:N}"], _told);
    }

    [Fact]
    public void Should_go_on_with_so_many_questions_as_somebody_invents()
    {
        for (var number = 0; number < 20_000; number++)
            _there.Hear($"?:{Guid.NewGuid():N}");
        _there.Ended(_job);
        var told = _here.WhenTold(_job);
        _here.Ask(_job);

        Assert.True(told.IsCompleted);
    }

    [Theory]
    [InlineData("a queue", false)]
    [InlineData("?:", true)]
    [InlineData("!:no id", true)]
    [InlineData(":", true)]
    [InlineData("x:00000000000000000000000000000001", true)]
    public void Should_leave_alone_what_is_about_something_else(string word, bool isItsOwn)
    {
        Assert.Equal(isItsOwn, _there.Hear(word));
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(1_000, 10)]
    public void Should_look_more_and_more_rarely_when_nobody_tells_anything(int looks, int seconds) => Assert.Equal(seconds, _here.PauseAfter(looks).TotalSeconds);

    private void Tell(JobWaiters others, string word)
    {
        _told.Add(word);
        others.Hear(word);
    }
}
