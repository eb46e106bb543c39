namespace Bus.Contracts.Images;

/// <summary>Scale the image in <paramref name="Source"/> down to at most <paramref name="MaxWidth"/> pixels wide, upright, metadata stripped; never enlarge.</summary>
public sealed record ResizeImage(Guid ImageId, string Source, int MaxWidth);

/// <summary>Encode the image in <paramref name="Source"/> for the web with <paramref name="Quality"/> from 1 to 100.</summary>
public sealed record CompressImage(Guid ImageId, string Source, int Quality);

/// <summary>Draw <paramref name="Text"/> into the lower right corner of the image in <paramref name="Source"/>, encoding with <paramref name="Quality"/>.</summary>
public sealed record WatermarkImage(Guid ImageId, string Source, string Text, int Quality);

/// <summary>Move the finished image from the working blobs in <paramref name="Source"/> to where it is served from.</summary>
public sealed record StoreImage(Guid ImageId, string Source);

/// <summary>Announce the stored image with <see cref="ImageReady"/>.</summary>
public sealed record NotifyImageReady(Guid ImageId, string Content, string ContentType);

/// <summary>Compensation and clean-up: remove these working blobs and, where <paramref name="Stored"/> is not null, the stored image too. Removing what is not there is no error.</summary>
public sealed record RemoveImageBlobs(Guid ImageId, IReadOnlyList<string> Blobs, string? Stored);
