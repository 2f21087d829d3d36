"""What a tablet asks for once: the client's modules as one script, its style sheets as one."""

import re

import minify
import pytest

from server.web.assets import Assets
from server.web.joined import join_scripts, join_styles

MODULES = {
    "pwa/app.js": (
        'import { far, near as close } from "./low.js";\nimport * as all from "./low.js";\n'
        'import { wrap } from "../vendor/box.js";\nawait wrap(far, close, all.near);\n'
    ),
    "pwa/low.js": (
        'import { wrap } from "../vendor/box.js";\nconst own = 1;\nexport const near = wrap(own);\n'
        "export async function far() {}\nexport class Wide {}\n"
    ),
    "vendor/box.js": "const own=2;function z(){return own}export{z as default,z as wrap};\n",
}


def test_each_module_stands_once_and_before_those_that_import_it() -> None:
    joined = join_scripts("pwa/app.js", MODULES)
    begun = re.findall(r"^const (\w+) = (?:await )?\((?:async)?\(\) => \{$", joined, re.M)
    assert begun == ["vendor_box_js", "pwa_low_js", "pwa_app_js"]


def test_names_are_passed_on_and_stay_private() -> None:
    joined = join_scripts("pwa/app.js", MODULES)
    assert "return { default: z, wrap: z };" in joined
    assert "return { near, far, Wide };" in joined
    assert "const { far, near: close } = pwa_low_js;" in joined
    assert "const all = pwa_low_js;" in joined
    assert "import" not in joined
    assert "export" not in joined
    assert minify.string("application/javascript", joined)


@pytest.mark.parametrize(
    "form", ["export default 1;", "export let moving = 1;", 'import "./low.js";', "import x from './low.js';"]
)
def test_another_form_stops_the_start(form: str) -> None:
    with pytest.raises(minify.MinifyError):
        minify.string("application/javascript", join_scripts("pwa/app.js", {"pwa/app.js": f"{form}\n"}))


def test_style_sheets_follow_each_other() -> None:
    texts = {"css/app.css": '@import "a.css";\n@import "b.css";\n', "css/a.css": "a {}\n", "css/b.css": "b {}\n"}
    assert join_styles("css/app.css", texts) == "a {}\n\nb {}\n\n"


def test_a_tablet_takes_one_script_and_one_style_sheet() -> None:
    assets = Assets()
    script, styles = (assets.by_url[assets.static(name)].body.decode() for name in ("pwa/app.js", "css/app.css"))
    assert "indexedDB" in script
    assert "@import" not in styles
    assert "@font-face" in styles
