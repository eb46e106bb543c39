using Bus.Services.Images.Http;

namespace Bus.Services.Images.Events;

/// <summary>Something was heard of an image.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="Step">A step's new state; null when the image has ended and its row is worth a look.</param>
internal sealed record ImageNews(Guid ImageId, StepView? Step);
