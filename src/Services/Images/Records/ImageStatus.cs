namespace Bus.Services.Images.Records;

/// <summary>Where an image is, as the API says it in lower case.</summary>
public enum ImageStatus
{
    /// <summary>Accepted; its steps are under way.</summary>
    Processing = 0,

    /// <summary>Final: it can be fetched.</summary>
    Ready = 1,

    /// <summary>Final: refused, or a step failed for good.</summary>
    Failed = 2,
}
