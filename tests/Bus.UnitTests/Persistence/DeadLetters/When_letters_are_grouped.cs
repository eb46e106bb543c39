using Bus.Persistence.DeadLetters;
using Xunit;

namespace Bus.UnitTests.Persistence.DeadLetters;

public sealed class When_letters_are_grouped
{
    [Theory]
    [InlineData("   at Shop.Orders.Handler.HandleAsync(Order order) in /src/Handler.cs:line 12", "Shop.Orders.Handler.HandleAsync")]
    [InlineData("   at Shop.Orders.Handler.<HandleAsync>d__5.MoveNext() in C:\\src\\Handler.cs:line 99", "Shop.Orders.Handler.HandleAsync")]
    [InlineData("   at Shop.Orders.Handler.<>c__DisplayClass3_0.<Handle>b__1(Order order)", "Shop.Orders.Handler.Handle")]
    [InlineData("   at Shop.Orders.Handler.<>c.<<HandleAsync>b__0_0>d.MoveNext()", "Shop.Orders.Handler.HandleAsync")]
    [InlineData("   at Shop.Orders.Handler.<Handle>g__Check|3_0(Int32 number)", "Shop.Orders.Handler.Handle")]
    [InlineData("   at Shop.Store`2.Get[TKey,TValue](TKey key)", "Shop.Store.Get")]
    [InlineData("   at Shop.Store`1[[System.Int32, mscorlib]].Get()", "Shop.Store.Get")]
    [InlineData("   at Shop.Outer+Inner.Run()", "Shop.Outer.Inner.Run")]
    public void Should_see_the_place_and_not_how_it_was_built(string line, string frame) => Assert.Equal([frame], StackFrames.Top(line));

    [Fact]
    public void Should_leave_out_what_stands_around_every_handler()
    {
        const string stack = "   at System.Threading.Tasks.Task.Wait()\n   at Shop.A.Run()\n--- End of stack trace from previous location ---\n   at MassTransit.Middleware.ConsumerFilter`2.Send()\n   at Shop.B.Run()";
        Assert.Equal(["Shop.A.Run", "Shop.B.Run"], StackFrames.Top(stack));
        Assert.Equal(["MassTransit.X.Y"], StackFrames.Top("   at MassTransit.X.Y()"));
        Assert.Empty(StackFrames.Top(null));
    }

    [Fact]
    public void Should_have_one_cause_for_other_messages_lines_and_numbers()
    {
        var first = new LetterCause("fault") { ExceptionType = "Shop.NoStock", ExceptionMessage = "Order 1", Stack = "   at Shop.A.Run() in a.cs:line 1" };
        var group = LetterGroup.Of(first, "urn:message:Order");
        Assert.Equal("NoStock in Shop.A.Run", group.Title);
        Assert.Equal(group, LetterGroup.Of(first with { Reason = "AttemptsSpent", ExceptionMessage = "Order 2", Stack = "   at Shop.A.Run() in a.cs:line 2" }, "urn:message:Other"));
        Assert.NotEqual(group.Id, LetterGroup.Of(first with { Stack = "   at Shop.B.Run()" }, null).Id);
        Assert.NotEqual(group.Id, LetterGroup.Of(first with { ExceptionType = "Shop.NoMoney" }, null).Id);
        Assert.NotEqual(LetterGroup.Of(new LetterCause("dead-letter"), "urn:a").Id, LetterGroup.Of(new LetterCause("dead-letter"), "urn:b").Id);
    }

    [Fact]
    public void Should_read_the_text_of_an_exception()
    {
        var error = Thrown();
        var cause = LetterCause.OfError("dead", error.ToString());
        Assert.Equal((typeof(InvalidOperationException).FullName, "First line.\nSecond: line."), (cause.ExceptionType, cause.ExceptionMessage));
        Assert.Contains(StackFrames.Top(cause.Stack), frame => frame.EndsWith("When_letters_are_grouped.Thrown", StringComparison.Ordinal));
        var plain = LetterCause.OfError("dead", "3 processes died while they ran it: it is not given to another.");
        Assert.Equal((null, "3 processes died while they ran it: it is not given to another."), (plain.ExceptionType, plain.ExceptionMessage));
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("First line.\nSecond: line.", new TimeoutException("Inner."));
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }
}
