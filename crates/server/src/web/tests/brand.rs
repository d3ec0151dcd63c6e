//! A federation that looks like itself.

use axum::http::StatusCode;

use crate::web::tests::browser::Site;

const STYLE: &str = ":root{--accent:#5b2a86;}";

#[test]
fn name_colours_and_picture_are_on_every_page_without_inline_style() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    std::fs::write(&logo, "<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    let site = Site::with(|config| {
        config.brand.name = "Mail <of> all".to_owned();
        config.brand.style = STYLE.to_owned();
        config.brand.logo = Some(logo);
    });
    let mut browser = site.browser();
    // The third is refused before anybody looks at who comes.
    for page in [browser.get("/sign-in"), browser.get("/nowhere"), browser.send("POST", "/sign-in", &[], String::new())]
    {
        assert!(page.text.contains("Mail &#60;of&#62; all"), "{}", page.text);
        assert!(
            page.text.contains("href=\"/static/brand.css\"") && page.text.contains("src=\"/static/logo\""),
            "{}",
            page.text
        );
        assert!(!page.text.contains("style="));
    }
    let style = browser.get("/static/brand.css");
    assert_eq!(
        (style.text.as_str(), style.headers["content-type"].to_str().unwrap()),
        (STYLE, "text/css; charset=utf-8")
    );
    let picture = browser.get("/static/logo");
    assert_eq!(picture.headers["content-type"], "image/svg+xml");
    assert!(
        picture.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"),
        "no script in it"
    );
}

#[test]
fn without_them_a_page_asks_for_neither() {
    let site = Site::new();
    let mut browser = site.browser();
    let page = browser.get("/sign-in");
    assert!(!page.text.contains("brand.css") && page.text.contains("/static/mark.svg"), "{}", page.text);
    assert_eq!(browser.get("/static/logo").status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/static/brand.css").text, "");
}
