namespace Bus.ContractTests.Transports;

public sealed record Work(int Number, string Text = "");

public sealed record Other(int Number);

public interface IHappening
{
    int Number { get; }
}

public record Happening(int Number) : IHappening;

public sealed record Sale(int Number) : Happening(Number);

public sealed record Routed(string Key);

public sealed record Question(int Number);

public sealed record Answer(int Number);
